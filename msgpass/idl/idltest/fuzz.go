package idltest

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"skerry/msgpass"
)

// Message is a message of an interface, as a hostile peer needs to know it.
type Message struct {
	Name     string
	Number   int
	ToServer bool
	Reply    bool // to the call with the same number
	Min, Max int  // bytes that a sound one has
}

// Fuzz is the body of a fuzz target. Set up makes a server and a client on a rig and returns what
// sends one message with arbitrary fields.
//
// The first byte of the input chooses: sound ends, which talk; or one message by a hostile end.
func Fuzz(f *testing.F, messages []Message, setUp func(*Rig) func(number int)) {
	for i, m := range messages {
		addSeeds(f, byte(i), m)
	}
	pairs := NewPairs()
	f.Fuzz(func(t *testing.T, input []byte) {
		rig := newRig(t, pairs, messages, input)
		rig.send = setUp(rig)
		rig.pump()
		if rig.byte()&1 == 0 {
			rig.talk()
		} else {
			rig.attack(messages[int(rig.byte())%len(messages)])
		}
	})
}

// addSeeds adds a conversation about a message, and hostile ones of several sizes.
func addSeeds(f *testing.F, index byte, m Message) {
	f.Add(append([]byte{0}, slices.Repeat([]byte{index, 0xa5, 3}, 40)...))
	f.Add([]byte{1, index, withHeader, 0, 0, 0xff, 0xff, 0xff, 0x1f})
	for _, size := range []int{m.Min - 1, m.Min, m.Max, m.Max + 1, m.Max + 8} {
		if size < 0 || size > msgpass.MessageBytesMax {
			continue
		}
		seed := append([]byte{1, index, withSize, byte(size), byte(size >> 8), 0, 0},
			make([]byte, size)...)
		f.Add(slices.Clone(seed))
		if m.Min >= 2 && m.Min < m.Max && size >= m.Min {
			// A field of variable size at the end that is as long as the message says.
			count := seed[len(seed)-size+m.Min-2:]
			binary.LittleEndian.PutUint16(count, uint16(size-m.Min))
			f.Add(seed)
		}
	}
}

// stepsMax bounds a conversation.
const stepsMax = 64

// talk lets sound ends talk: what was sent is received, in order.
func (r *Rig) talk() {
	for range stepsMax {
		if len(r.input) == 0 {
			break
		}
		if m := r.messages[int(r.byte())%len(r.messages)]; !m.Reply {
			r.send(m.Number)
		}
		if r.Bool() {
			r.pump()
		}
	}
	r.pump()
	for _, toServer := range []bool{true, false} {
		if sent, got := r.sent[toServer], r.got[toServer]; !slices.Equal(sent, got) {
			r.t.Fatalf("to server %v: sent %q, received %q: want the same", toServer, sent, got)
		}
	}
	if len(r.inFlight) > 0 {
		r.t.Fatalf("%d calls without a reply: want none", len(r.inFlight))
	}
}

// pump delivers until nothing moves any more. The ends are sound: nothing may be refused.
func (r *Rig) pump() {
	for moved := true; moved; {
		moved = false
		for _, c := range []*msgpass.Channel{r.Server, r.Client} {
			count, err := c.Dispatch(stepsMax)
			r.Check(err)
			moved = moved || count > 0
		}
	}
}

// How the header of a hostile message is made.
const (
	withSize   = iota // sound but for the size
	withHeader        // arbitrary
	headers
)

// attack sends what no stub would, and sees to it that it is handled or refused.
func (r *Rig) attack(m Message) {
	from, to := r.Client, r.Server
	if !m.ToServer {
		from, to = to, from
	}
	if m.Reply {
		r.send(m.Number) // so that there is a call to answer
	}
	head := r.take(5)
	h := msgpass.MakeHeader(firstBinding<<8|uint16(m.Number),
		int(binary.LittleEndian.Uint16(head[1:])), 0)
	if m.Reply {
		h |= msgpass.FlagReply
	}
	if head[0]%headers == withHeader {
		h = msgpass.Header(r.Uint64()) | 1<<28
	}
	size := h.Size()
	r.write(from, h, size)
	_, err := to.Dispatch(1)
	bad := head[0]%headers == withSize && (size < m.Min || size > m.Max)
	if bad && err == nil {
		r.t.Fatalf("%s of %d bytes was handled: want it refused, sound ones have %d to %d", m.Name,
			size, m.Min, m.Max)
	}
	if err != nil && !errors.Is(err, msgpass.ErrProtocol) {
		r.t.Fatalf("%s: error %v: want msgpass.ErrProtocol", m.Name, err)
	}
	if to.Up() != (err == nil) {
		r.t.Fatalf("%s: error %v, up %v: want up without an error only", m.Name, err, to.Up())
	}
}

// firstBinding is the number of end 0's first binding.
const firstBinding = 2

// write sends arbitrary bytes with the given header.
func (r *Rig) write(from *msgpass.Channel, h msgpass.Header, size int) {
	if size > msgpass.MessageBytesMax {
		from.Out.Publish(from.Out.TrySlot(), h)
		return
	}
	l := from.Out.TrySlots(size)
	for at := 0; at < size || at == 0; at += msgpass.PayloadBytes {
		if at > 0 {
			l = from.Out.Further(at / msgpass.PayloadBytes)
		}
		for w := range msgpass.PayloadWords {
			l[w] = r.Uint64()
		}
	}
	from.Out.PublishMessage(h)
}
