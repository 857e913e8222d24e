package shard

import "encoding/binary"

// run is commands for one shard that travel together and are carried out one behind the other.
// Replies travel together, too, unless they are long.
type run struct {
	body   []byte // the commands; see appendPiece
	owners []owner
	ended  int // commands, the first ones, that were answered
}

// owner is to whom the reply to a command goes.
type owner struct {
	client client
	index  int // by which the client knows the command
	write  bool
}

// A body of several commands or replies has them one behind the other, each behind its length in
// four bytes, low byte first. In the place of the length of a reply that is longer than
// CommandBytesMax, and left out, stands tooLong.
const (
	lengthBytes = 4
	tooLong     = 1<<32 - 1
)

func appendPiece(body, piece []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(body, uint32(len(piece))), piece...)
}

// endReply writes the length of the last reply of a body, which begins at start, behind room for
// its length.
func endReply(body []byte, start int) []byte {
	size := len(body) - start
	if size > CommandBytesMax {
		body, size = body[:start], tooLong
	}
	binary.LittleEndian.PutUint32(body[start-lengthBytes:], uint32(size))
	return body
}

// cutPiece cuts off the first command or reply of a body; nil stands for a reply that was too long.
// False: there is none.
func cutPiece(body []byte) (piece, rest []byte, ok bool) {
	if len(body) < lengthBytes {
		return nil, body, false
	}
	size, rest := int(binary.LittleEndian.Uint32(body)), body[lengthBytes:]
	switch {
	case size == tooLong:
		return nil, rest, true
	case size > min(len(rest), CommandBytesMax):
		return nil, body, false
	}
	return rest[:size:size], rest[size:], true
}

// cutCommands returns the commands of a body. False: there are none, or too many, or something
// else. They are valid until it is called again.
func (m *machine) cutCommands(body []byte) (commands [][]byte, ok bool) {
	commands = m.commands[:0]
	for len(body) >= lengthBytes && len(commands) < runMax {
		end := lengthBytes + int(binary.LittleEndian.Uint32(body))
		if end > min(len(body), lengthBytes+CommandBytesMax) {
			break
		}
		commands = append(commands, body[lengthBytes:end:end])
		body = body[end:]
	}
	m.commands = commands
	return commands, len(body) == 0 && len(commands) > 0
}

// takes tells whether a command may be added.
func (r *run) takes(command []byte) bool {
	return len(r.owners) < runMax && len(r.body)+lengthBytes+len(command) <= runBytesMax
}

func (r *run) add(e entry) {
	r.body = appendPiece(r.body, e.command)
	r.owners = append(r.owners, owner{e.client, e.index, e.write})
}

// reads tells how many reads there are before the first write.
func (r *run) reads() (count int) {
	for count < len(r.owners) && !r.owners[count].write {
		count++
	}
	return count
}

// end notes that more commands have ended, and tells whether these were all: then the run is empty.
// Its memory stays for another one, unless that is much.
func (r *run) end(count int) (all bool) {
	if r.ended += count; r.ended < len(r.owners) {
		return false // the body stays: its commands are being carried out
	}
	clear(r.owners)
	if r.owners, r.body, r.ended = r.owners[:0], r.body[:0], 0; cap(r.body) > runBytesKept {
		r.body = nil
	}
	return true
}

// keep removes the commands that have ended, and those for which it is told not to keep them.
func (r *run) keep(wanted func(*owner) bool) {
	rest, body, owners := r.body, r.body[:0], r.owners[:0]
	for i, o := range r.owners {
		var command []byte
		command, rest, _ = cutPiece(rest)
		if i >= r.ended && wanted(&o) {
			body, owners = appendPiece(body, command), append(owners, o)
		}
	}
	clear(r.owners[len(owners):])
	r.body, r.owners, r.ended = body, owners, 0
}

// end tells the client of the reply to its command, if that is not too long.
func (o *owner) end(reply []byte, long bool) {
	if long {
		o.client.done(o.index, nil, ErrTooLong)
		return
	}
	o.client.done(o.index, reply, nil)
}
