package shard

import "encoding/binary"

// run is commands for one shard that travel together, are carried out one behind the other, and are
// answered together: in one message or, if the replies are long, in several.
type run struct {
	body   []byte // the commands; see appendPiece
	owners []owner
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
	for len(body) > 0 && len(commands) < runMax {
		var command []byte
		if command, body, ok = cutPiece(body); command == nil {
			break
		}
		commands = append(commands, command)
	}
	m.commands = commands
	return commands, len(body) == 0 && len(commands) > 0
}

// cutReplies cuts off as many of some replies as travel in one message.
func cutReplies(replies []byte) (some, rest []byte, count int) {
	end := 0
	for end < len(replies) {
		_, rest, _ := cutPiece(replies[end:])
		next := len(replies) - len(rest)
		if count > 0 && next > runBytesMax {
			break
		}
		end = next
		count++
	}
	return replies[:end], replies[end:], count
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

// shorten removes the first commands, and tells whether that were all.
func (r *run) shorten(count int) (empty bool) {
	if count == len(r.owners) {
		r.reset()
		return true
	}
	rest := r.body
	for range count {
		_, rest, _ = cutPiece(rest)
	}
	r.body = r.body[:copy(r.body, rest)]
	kept := copy(r.owners, r.owners[count:])
	clear(r.owners[kept:])
	r.owners = r.owners[:kept]
	return false
}

// reset empties a run. Its memory stays for another one, unless that is much.
func (r *run) reset() {
	clear(r.owners)
	if r.owners, r.body = r.owners[:0], r.body[:0]; cap(r.body) > runBytesKept {
		r.body = nil
	}
}

// end tells the client of the reply to its command, if that is not too long.
func (o *owner) end(reply []byte, long bool) {
	if long {
		o.client.done(o.index, nil, ErrTooLong)
		return
	}
	o.client.done(o.index, reply, nil)
}

// failWrites ends the writes of a run with an error. Reads stay; it tells whether there are any.
func (r *run) failWrites(err error) (left bool) {
	rest, body, owners := r.body, r.body[:0], r.owners[:0]
	for _, o := range r.owners {
		var command []byte
		command, rest, _ = cutPiece(rest)
		if o.write {
			o.client.done(o.index, nil, err)
			continue
		}
		body, owners = appendPiece(body, command), append(owners, o)
	}
	clear(r.owners[len(owners):])
	r.body, r.owners = body, owners
	return len(owners) > 0
}
