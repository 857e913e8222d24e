package hosted

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"skerry/kernel"
)

// An answer carries the contract's refusals as themselves, other errors as their text, cut.
func TestAnswer(t *testing.T) {
	for _, err := range []error{kernel.ErrNoCore, kernel.ErrRunning, kernel.ErrNotRunning, nil} {
		wrapped := err
		if err != nil {
			wrapped = fmt.Errorf("start it: %w", err)
		}
		if m := answer(wrapped); !errors.Is(m.err(), err) {
			t.Errorf("%v arrives as %v", wrapped, m.err())
		}
	}
	long := errors.New(strings.Repeat("x", 2*errorBytesMax))
	if m := answer(long); len(m.err().Error()) != errorBytesMax {
		t.Errorf("an error of %d bytes arrives with %d: want %d",
			len(long.Error()), len(m.err().Error()), errorBytesMax)
	}
}

// Notices come in the order of the deaths, one a core, with its last life.
func TestObituaries(t *testing.T) {
	var o obituaries
	for _, n := range []kernel.Notice{
		{Core: 3, Incarnation: 1}, {Core: 1, Incarnation: 5}, {Core: 3, Incarnation: 2},
	} {
		o.add(n)
	}
	for _, want := range []kernel.Notice{{Core: 3, Incarnation: 2}, {Core: 1, Incarnation: 5}} {
		if got, ok := o.take(); !ok || got != want {
			t.Errorf("took %+v (%v): want %+v", got, ok, want)
		}
	}
	if got, ok := o.take(); ok {
		t.Errorf("took %+v of none", got)
	}
}
