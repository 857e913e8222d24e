package shell

import (
	"bufio"
	"errors"
	"io"
	"unicode/utf8"
)

// What keys send on a serial line, which does nothing with them by itself.
const (
	ctrlC     = 0x03
	ctrlD     = 0x04
	ctrlH     = 0x08
	ctrlU     = 0x15
	escape    = 0x1b
	backspace = 0x7f
)

// errClosed means that Ctrl-D was typed on an empty line.
var errClosed = errors.New("shell: the console was closed")

// editor reads lines from a terminal that neither echoes nor edits.
type editor struct {
	in   *bufio.Reader
	out  *bufio.Writer
	text []byte
	last byte
}

func newEditor(in io.Reader, out io.Writer) *editor {
	return &editor{in: bufio.NewReader(in), out: bufio.NewWriter(out)}
}

// line prompts, and returns the next line, without its end. One that was given up by Ctrl-C is
// empty. Errors: errClosed, and those of the reader.
func (e *editor) line() (string, error) {
	e.text = e.text[:0]
	e.out.WriteString(prompt)
	for {
		e.out.Flush()
		key, err := e.in.ReadByte()
		if err != nil {
			return "", err
		}
		over, err := e.take(key)
		e.last = key
		if over || err != nil {
			e.out.WriteByte('\n')
			return string(e.text), errors.Join(err, e.out.Flush())
		}
	}
}

// take takes a key, and tells whether the line is over.
func (e *editor) take(key byte) (over bool, err error) {
	switch {
	case key == '\n' && e.last == '\r': // the second half of one key
	case key == '\r' || key == '\n':
		return true, nil
	case key == ctrlC:
		e.text = e.text[:0]
		e.out.WriteString("^C")
		return true, nil
	case key == ctrlD && len(e.text) == 0:
		return true, errClosed
	case key == ctrlH || key == backspace:
		e.erase()
	case key == ctrlU:
		for len(e.text) > 0 {
			e.erase()
		}
	case key == escape:
		return false, e.skip()
	case key >= ' ' && len(e.text) < lineBytesMax:
		e.text = append(e.text, key)
		e.out.WriteByte(key)
	}
	return false, nil
}

// erase takes the last letter back.
func (e *editor) erase() {
	if len(e.text) > 0 {
		_, size := utf8.DecodeLastRune(e.text)
		e.text = e.text[:len(e.text)-size]
		e.out.WriteString("\b \b")
	}
}

// skip skips what an arrow or a function key sends: ESC, [ or O, and bytes up to a letter or ~.
func (e *editor) skip() error {
	kind, err := e.in.ReadByte()
	for err == nil && (kind == '[' || kind == 'O') {
		var key byte
		if key, err = e.in.ReadByte(); key >= '@' {
			break
		}
	}
	return err
}
