package resp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// read returns what a reader makes of its input: a line for each command, and one for the error.
func read(source io.Reader, budget *Budget) (lines []string) {
	r := NewReader(source, budget)
	defer r.Close()
	for {
		c, ok, err := r.TryNext()
		switch {
		case err != nil:
			return append(lines, err.Error())
		case ok:
			lines = append(lines, fmt.Sprintf("%q %v", c.Args, c.Refused))
		default:
			if err := r.Fill(); err != nil {
				return append(lines, err.Error())
			}
		}
	}
}

// split returns what Split makes of all of b.
func split(b []byte) string {
	args, size, err := Split(b, nil)
	if err != nil || size != len(b) {
		return fmt.Sprintf("%d of %d bytes, error %v", size, len(b), err)
	}
	return fmt.Sprintf("%q", args)
}

// However the input is cut, the same commands come out, and what is held is given back.
func FuzzReader(f *testing.F) {
	f.Add([]byte("*2\r\n$3\r\nGET\r\n$1\r\nk\r\nPING \"a b\"\r\n*0\r\n*1\r\n$-1\r\n"), int64(10))
	f.Add([]byte("*1\r\n$3000\r\n"), int64(3000))
	f.Add(AppendCommand(nil, "SET", "k", strings.Repeat("v", 10_000)), int64(9000))
	f.Add([]byte("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$99999\r\n*1\r\n$4\r\nPING\r\n"), int64(100))
	f.Fuzz(func(t *testing.T, input []byte, commandBytesMax int64) {
		whole := read(bytes.NewReader(input), NewBudget(commandBytesMax, 1<<30))
		budget := NewBudget(commandBytesMax, 1<<30)
		bytewise := read(iotest.OneByteReader(bytes.NewReader(input)), budget)
		if got, want := strings.Join(bytewise, "\n"), strings.Join(whole, "\n"); got != want {
			t.Errorf("byte by byte:\n%s\nwant as in one piece:\n%s", got, want)
		}
		if left := budget.left.Load(); left != 1<<30 {
			t.Errorf("a budget of %d in the end: want %d", left, 1<<30)
		}
	})
}

// A header is read in the same way whether it is a small number or not, and a command whether it is
// brief or not.
func FuzzHeader(f *testing.F) {
	for _, text := range []string{
		"*1\r\n$1\r\nk\r\n", "$01\r\n", "$\r\n", "*12345678\r", "$0\rx",
		"*2\r\n$01\r\nx\r\n$1\r\nk\r\n",
		"*2\r\n$3\r\nGET\r\n$10\r\n0123456789\r\n", "*1\r\n$00\rx\r\n", "*2\r\n$1\r\na\r\n$100\r\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 || b[0] != '*' && b[0] != '$' {
			return
		}
		text, size := line(b)
		if n, got := small(b[1:]); got > 0 {
			want, ok := Int(text[1:])
			if !ok || want != int64(n) || size != got+1 {
				t.Errorf("%q is %d, %d bytes: want %d, %v, %d", b, n, got+1, want, ok, size)
			}
		}
		args, size, err := Split(b, nil)
		few := make([][]byte, fewArgs)
		count, got := SplitBrief(b, few)
		if got > 0 && (err != nil || size != got || fmt.Sprint(few[:count]) != fmt.Sprint(args)) {
			t.Errorf("%q is %q, %d bytes: want %q, %d, %v", b, few[:count], got, args, size, err)
		}
	})
}

// A command that is too long is read over and refused, and the next one is read.
func TestReaderRefuses(t *testing.T) {
	long := AppendCommand(nil, "SET", "k", strings.Repeat("v", 300_000))
	many := AppendCommand(nil, strings.Split(strings.Repeat("x ", 10_000), " ")...)
	for name, budget := range map[string]*Budget{
		"one": NewBudget(100_000, 1<<30), "all": NewBudget(1<<30, 30_000),
	} {
		for _, refused := range [][]byte{long, many} {
			input := append(bytes.Clone(refused), "PING\r\n"...)
			lines := read(bytes.NewReader(input), budget)
			if want := `[] true|["PING"] false|EOF`; strings.Join(lines, "|") != want {
				t.Errorf("budget for %s, %d bytes: %.200q: want %q", name, len(refused), lines,
					want)
			}
		}
		if held := budget.left.Load(); held != 1<<30 && held != 30_000 {
			t.Errorf("budget for %s: %d in the end: want what it was", name, held)
		}
	}
}

// endless is a source that sends the same again and again.
type endless struct {
	text []byte
	left int
}

func (e *endless) Read(b []byte) (int, error) {
	if e.left -= len(b); e.left < 0 {
		return 0, errors.New("enough")
	}
	for i := range b {
		b[i] = e.text[i%len(e.text)]
	}
	return len(b), nil
}

// A client that announces much costs nothing until it sends it, and never more than the budget.
func TestReaderHoldsLittle(t *testing.T) {
	budget := NewBudget(1<<20, 4<<20)
	for _, text := range []string{
		"*2147483647\r\n$1\r\nx\r\n", "*3\r\n$536870912\r\n", "*1\r\n$1048000\r\n", "x", "*1",
		"*1\r\n$1", "\r\n", "*0\r\n",
	} {
		r := NewReader(&endless{[]byte(text), 8 << 20}, budget)
		for ended := false; !ended && r.Fill() == nil; {
			for ok := true; ok; {
				var err error
				_, ok, err = r.TryNext()
				ended = err != nil
			}
			if len(r.buf) > 4<<20 || cap(r.spans) > 1<<20/argBytes*2 {
				t.Fatalf("%q: %d bytes and %d spans held", text, len(r.buf), cap(r.spans))
			}
		}
		r.Close()
	}
	if left := budget.left.Load(); left != 4<<20 {
		t.Errorf("a budget of %d in the end: want %d", left, 4<<20)
	}
}

// Numbers are taken in the one form that they are printed in.
func TestInt(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "-1": -1, "9223372036854775807": 1<<63 - 1,
		"-9223372036854775808": -1 << 63,
	} {
		if n, ok := Int([]byte(text)); !ok || n != want {
			t.Errorf("%q: %d, %v: want %d", text, n, ok, want)
		}
	}
	for _, text := range []string{
		"", "-", "-0", "00", "01", "+1", " 1", "1 ", "x", "9223372036854775808",
		"-9223372036854775809", "99999999999999999999", "-01", "1\x00",
	} {
		if n, ok := Int([]byte(text)); ok {
			t.Errorf("%q: %d: want a refusal", text, n)
		}
	}
}
