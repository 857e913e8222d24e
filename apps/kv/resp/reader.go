package resp

import (
	"errors"
	"io"
)

// Reader takes commands out of a connection. It holds what has arrived and was not yet asked for,
// and at most one incomplete command.
type Reader struct {
	source     io.Reader
	budget     *Budget
	buf        []byte
	start, end int // what has arrived is buf[start:end]

	// The command that begins at start, as far as it is read:
	at      int  // bytes of it
	want    int  // arguments that are still to come; 0: its first line is
	bulk    int  // bytes of the next argument; -1: its length is still to come
	refused bool // it is read over: what is read of it is gone from the buffer
	spans   []span
	args    [][]byte

	few [fewArgs][]byte // of a command that is brief
}

// span is where an argument lies in a command.
type span struct{ from, to int }

// NewReader returns a reader of a connection. What it needs beyond a small buffer, it takes out of
// the budget, and refuses commands for which nothing is left.
func NewReader(source io.Reader, budget *Budget) *Reader {
	return &Reader{source: source, budget: budget, buf: make([]byte, bufferBytesMin), bulk: -1}
}

// TryNext returns the next command if all of it has arrived. Its Args are valid until the next
// call. Error: a ProtocolError.
func (r *Reader) TryNext() (c Command, ok bool, err error) {
	if r.want == 0 && r.start < r.end && r.buf[r.start] == '*' {
		in := r.buf[r.start:r.end]
		count, size := SplitBrief(in, r.few[:])
		if count > 0 && !r.exceeds(size, count) {
			r.start += size
			return Command{Args: r.few[:count]}, true, nil
		}
	}
	return r.assemble()
}

// assemble is TryNext for commands of any kind, and for those that have not arrived as a whole.
func (r *Reader) assemble() (c Command, ok bool, err error) {
	for r.start < r.end {
		if r.want == 0 && r.buf[r.start] != '*' {
			c, ok, err = r.inline()
			if !ok || err != nil || len(c.Args) > 0 {
				return c, ok, err
			}
			continue
		}
		if r.want == 0 {
			n, size, err := header(r.buf[r.start:r.end], '*')
			if err != nil || size == 0 {
				return c, false, err
			}
			if n <= 0 {
				r.start += size
				continue
			}
			r.want, r.at = n, size
		}
		for r.want > 0 {
			if ok, err := r.argument(); !ok || err != nil {
				return c, false, err
			}
		}
		return r.finish(), true, nil
	}
	return c, false, nil
}

// argument reads one argument, or as much of it as there is.
func (r *Reader) argument() (ok bool, err error) {
	if r.bulk < 0 {
		n, size, err := header(r.buf[r.start+r.at:r.end], '$')
		if err != nil || size == 0 {
			return false, err
		}
		r.at += size
		r.bulk = n + 2
		if !r.refused && r.exceeds(r.at+r.bulk, len(r.spans)+1) {
			r.refuse()
		}
	}
	have := r.end - r.start - r.at
	if r.refused {
		n := min(have, r.bulk)
		r.bulk -= n
		r.start += r.at + n
		r.at = 0
		if r.bulk > 0 {
			return false, nil
		}
	} else {
		if have < r.bulk {
			return false, nil
		}
		r.spans = append(r.spans, span{r.at, r.at + r.bulk - 2})
		r.at += r.bulk
	}
	r.want--
	r.bulk = -1
	return true, nil
}

// exceeds tells whether a command is too long, with so many bytes and arguments.
func (r *Reader) exceeds(size, args int) bool {
	return int64(size)+int64(args)*argBytes > r.budget.commandBytesMax
}

// refuse forgets what is read of the command, and what is still to come. A line is not given up.
func (r *Reader) refuse() {
	r.refused = r.want > 0
	r.start += r.at
	r.at = 0
	r.spans = r.spans[:0]
}

// finish returns the command that has been read.
func (r *Reader) finish() Command {
	raw := r.buf[r.start:]
	args := r.args[:0]
	for _, s := range r.spans {
		args = append(args, raw[s.from:s.to:s.to])
	}
	c := Command{Args: args, Refused: r.refused}
	r.args = args
	r.spans = r.spans[:0]
	r.start += r.at
	r.at, r.refused = 0, false
	return c
}

// ErrNoRoom is the end of a connection that has sent the start of a line, while others hold all the
// memory that there is.
var ErrNoRoom = errors.New("resp: no room for more of a line")

// Fill waits for more to arrive. Errors: those of the connection, ErrNoRoom.
func (r *Reader) Fill() error {
	if !r.makeRoom() {
		return ErrNoRoom
	}
	n, err := r.source.Read(r.buf[r.end:])
	r.end += n
	if n > 0 {
		return nil
	}
	return err
}

// makeRoom sees to it that there is room in the buffer.
func (r *Reader) makeRoom() bool {
	if r.start == r.end {
		r.start, r.end = 0, 0
		if len(r.buf) > bufferBytesKept {
			r.trim()
		}
	}
	if r.end < len(r.buf) {
		return true
	}
	if r.start == 0 && !r.grow() {
		r.refuse()
	}
	if r.start > 0 {
		r.end = copy(r.buf, r.buf[r.start:r.end])
		r.start = 0
	}
	return r.end < len(r.buf)
}

// grow doubles the buffer.
func (r *Reader) grow() bool {
	if !r.budget.take(len(r.buf)) {
		return false
	}
	r.buf = append(make([]byte, 0, 2*len(r.buf)), r.buf...)[:2*len(r.buf)]
	return true
}

// trim gives back what long commands have cost.
func (r *Reader) trim() {
	r.budget.give(len(r.buf) - bufferBytesMin)
	r.buf, r.spans, r.args = make([]byte, bufferBytesMin), nil, nil
	r.few = [fewArgs][]byte{} // they pointed into the buffer
}

// Close gives back what the reader has taken out of its budget.
func (r *Reader) Close() { r.trim() }
