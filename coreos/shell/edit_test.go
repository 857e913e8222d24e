package shell

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// What is typed on a raw line is echoed, edited, and ends at either kind of line end.
func TestEditor(t *testing.T) {
	for typed, want := range map[string]struct{ line, echo string }{
		"cores\r":               {"cores", "cores\n"},
		"cores\n":               {"cores", "cores\n"},
		"corez\x7fs\r":          {"cores", "corez\b \bs\n"},
		"\x08\x08mem\r":         {"mem", "mem\n"},
		"ü\x7fa\r":              {"a", "ü\b \ba\n"},
		"stop 1\x03":            {"", "stop 1^C\n"},
		"xy\x15mem\r":           {"mem", "xy\b \b\b \bmem\n"},
		"m\x1b[A\x1bOP\x01em\r": {"mem", "mem\n"},
		"a\x04\r":               {"a", "a\n"},
	} {
		var echo strings.Builder
		line, err := newEditor(strings.NewReader(typed), &echo).line()
		if line != want.line || echo.String() != prompt+want.echo || err != nil {
			t.Errorf("%q typed: line %q, echo %q, error %v: want %q, %q", typed, line, &echo, err,
				want.line, prompt+want.echo)
		}
	}
}

// Ctrl-D on an empty line closes the console, and so does its end, by another error. The two bytes
// that some terminals send for a line's end are one. A line has a limit.
func TestEditorEnds(t *testing.T) {
	e := newEditor(strings.NewReader("a\r\nb\n\x04"), io.Discard)
	for _, want := range []string{"a", "b"} {
		if line, err := e.line(); line != want || err != nil {
			t.Errorf("line %q, error %v: want %q", line, err, want)
		}
	}
	if _, err := e.line(); !errors.Is(err, errClosed) {
		t.Errorf("error %v: want errClosed", err)
	}
	if _, err := e.line(); !errors.Is(err, io.EOF) {
		t.Errorf("error %v: want EOF", err)
	}
	long := strings.NewReader(strings.Repeat("x", 2*lineBytesMax) + "\r")
	if line, _ := newEditor(long, io.Discard).line(); len(line) != lineBytesMax {
		t.Errorf("line of %d bytes: want %d", len(line), lineBytesMax)
	}
}
