package shard

import (
	"encoding/binary"
	"fmt"

	"skerry/kernel"
	"skerry/msgpass"
)

// link is the way to another core of the store and back: a stream of messages each way, each behind
// its length in four bytes, low byte first. A stream lasts as long as the channel is up.
type link struct {
	node    *Node
	index   int // of the other core
	id      kernel.CoreID
	channel *msgpass.Channel
	client  *CarrierClient

	out   []byte // from done on, what is to be sent
	done  int
	begun int    // where the message ends, in out, that is sent in part; or done
	in    []byte // the start of a message whose end is still to come

	life    uint64         // of the other core, which the streams are with, or were
	down    bool           // they were, and no death was told
	since   kernel.Instant // when they went down
	bound   bool           // the client is
	refused bool           // the other core does not serve yet
	awaited bool           // it was logged that this one waits for it
}

// put adds a message to the stream; false if there is no room.
func (l *link) put(head head, body []byte) bool {
	if !l.bound || len(l.out)-l.done > streamBytesMax {
		return false
	}
	out := binary.LittleEndian.AppendUint32(l.out, uint32(headBytes+len(body)))
	l.out = append(head.append(out), body...)
	return true
}

// pump sends what there is room for, and tells whether there was room for something. Whoever calls
// it flushes the loop, or is the loop.
func (l *link) pump() (sent bool) {
	for l.done < len(l.out) {
		end, begun := l.cut()
		if !l.try(l.out[l.done:end]) {
			break
		}
		l.done, l.begun = end, begun
		sent = true
	}
	l.tidy()
	return sent
}

// tidy forgets what was sent, if that is much.
func (l *link) tidy() {
	switch {
	case l.done == len(l.out):
		l.out, l.done, l.begun = emptied(l.out), 0, 0
	case l.done > len(l.out)/2:
		l.begun -= l.done
		l.out, l.done = l.out[:copy(l.out, l.out[l.done:])], 0
	}
}

// cut returns where the next part ends: behind the last message that fits in whole, so that its
// receiver need not put it together. A message that fits in no part is cut; begun is where it ends.
func (l *link) cut() (end, begun int) {
	most := min(l.done+CarrierCarryPartMax, len(l.out))
	end, begun = l.done, l.begun
	for begun <= most {
		end = begun
		if end == len(l.out) {
			return end, begun
		}
		begun += lengthBytes + int(binary.LittleEndian.Uint32(l.out[begun:]))
	}
	if end == l.done {
		return most, begun
	}
	return end, end
}

// try sends a part. A ring that refuses several times in a row grows at the next Flush; with what
// is waiting here, it is worth it.
func (l *link) try(part []byte) bool {
	for range triesMax {
		if l.client.TryCarry(part) {
			return true
		}
	}
	return false
}

// emptied returns the memory of a buffer for further use, unless that is too much.
func emptied(buffer []byte) []byte {
	if cap(buffer) > bufferBytesKept {
		return nil
	}
	return buffer[:0]
}

// take hands the messages of a part of the stream to the machine. Error: the other core broke the
// protocol.
func (l *link) take(part []byte) error {
	part, err := l.complete(part)
	if err != nil {
		return err
	}
	for len(part) >= lengthBytes {
		size, ok := l.sizeOf(part)
		if !ok {
			return l.wrongSize(size)
		}
		end := lengthBytes + size
		if end > len(part) {
			break
		}
		if err := l.hear(part[lengthBytes:end]); err != nil {
			return err
		}
		part = part[end:]
	}
	l.in = append(l.in, part...)
	return nil
}

// complete hands a message to the machine of which a part before had the start, if this one has the
// end. It returns what follows.
func (l *link) complete(part []byte) (rest []byte, err error) {
	for len(l.in) > 0 {
		missing, err := l.missing()
		if err != nil {
			return nil, err
		}
		if missing == 0 {
			body := l.in[lengthBytes:]
			l.in = emptied(l.in)
			return part, l.hear(body)
		}
		if len(part) == 0 {
			break
		}
		count := min(missing, len(part))
		l.in, part = append(l.in, part[:count]...), part[count:]
	}
	return part, nil
}

// missing returns how many bytes are to be added to in: of the length, or then of the message.
func (l *link) missing() (int, error) {
	if len(l.in) < lengthBytes {
		return lengthBytes - len(l.in), nil
	}
	size, ok := l.sizeOf(l.in)
	if !ok {
		return 0, l.wrongSize(size)
	}
	return lengthBytes + size - len(l.in), nil
}

// sizeOf returns the length of the message that begins here, and whether there are such.
func (l *link) sizeOf(b []byte) (size int, ok bool) {
	size = int(binary.LittleEndian.Uint32(b))
	return size, size >= headBytes && size <= l.node.machine.messageBytesMax
}

// hear hands a message to the machine.
func (l *link) hear(body []byte) error {
	m := l.node.machine
	var in message
	in.parse(body, len(m.replicas), len(m.cores))
	return m.hear(l.index, &in)
}

func (l *link) wrongSize(size int) error {
	return fmt.Errorf("%w: shard: a message of %d bytes: want %d to %d", msgpass.ErrProtocol, size,
		headBytes, l.node.machine.messageBytesMax)
}

// Bound implements CarrierCallbacks.
func (l *link) Bound(err error) {
	l.bound, l.refused = err == nil, err != nil
	if l.bound {
		l.node.step(func(*machine) { l.meet() })
	}
	l.node.arm(linkPeriod)
}

// Down implements CarrierCallbacks.
func (l *link) Down([]uint32) {
	l.bound, l.refused, l.out, l.done, l.begun = false, false, nil, 0, 0
	l.part()
}

// meet notes with which life of the other core the streams are. Another life than before means that
// the one before is over, though the driver may have yet to say so. The same means that messages
// were lost between cores that live: then what they know of each other is wrong, and one of the two
// has to go.
func (l *link) meet() {
	_, life := l.channel.Epoch()
	switch {
	case life == l.life && l.down:
		l.breakTie()
	case life != l.life && l.life != 0:
		l.bury(l.life)
	}
	l.life, l.down = life, false
}

// part notes that the streams are over.
func (l *link) part() {
	if !l.down {
		l.down, l.since = l.life != 0, l.node.core.Now()
	}
	l.in = nil
	l.node.arm(linkPeriod)
}

// breakTie ends the life of the core with the higher index of two that lost each other.
func (l *link) breakTie() {
	if l.node.machine.self > l.index {
		l.node.core.Die(fmt.Sprintf("shard: the channel with %v was lost, and messages with it",
			l.id))
	}
}

// bury tells the machine of a death, in a step.
func (l *link) bury(life uint64) {
	if life >= l.life {
		l.life, l.down = 0, false
	}
	l.node.machine.bury(l.index, life)
}
