package model

import (
	"strings"
	"testing"
)

// TestParse: a search that was cut off, a statement never reached and a missing summary are seen.
func TestParse(t *testing.T) {
	const report = `error: max search depth too small
State-vector 88 byte, depth reached 99, errors: 2
     6566 states, stored
unreached in proctype Sender
	ring.pml:115, state 17, "head = 0"
	ring.pml:116, state 19, "-end-"
	(2 of 19 states)
`
	v, err := parse(report)
	if err != nil {
		t.Fatal(err)
	}
	if v.vector != 88 || v.depth != 99 || v.errors != 2 || v.states != 6566 || !v.truncated {
		t.Errorf("model: parsed %+v: want 88 bytes, depth 99, 2 errors, 6566 states, cut off", v)
	}
	if got := strings.Join(v.unreached, "; "); got != `ring.pml:115, state 17, "head = 0"` {
		t.Errorf("model: never reached %q: want the assignment, and no end of a process", got)
	}
	if _, err := parse("pan: out of memory"); err == nil {
		t.Error("model: a report without summary was taken: want an error")
	}
}
