package local

import (
	"errors"
	"testing"
)

// A process that nobody started as a core is told so, and how it is done.
func TestAttachRefusesAnOrdinaryProcess(t *testing.T) {
	core, err := Attach()
	if !errors.Is(err, ErrNotCore) || core != nil {
		t.Fatalf("Attach returns %v and error %v: want no core and ErrNotCore", core, err)
	}
}
