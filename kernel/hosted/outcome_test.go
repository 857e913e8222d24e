package hosted

import (
	"testing"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// Cores that ended alike share a line, and those that ended well have none.
func TestOutcome(t *testing.T) {
	err := outcome([]kernel.Epitaph{
		{Core: 0, Incarnation: 1, Cause: epitaph.Panicked, Reason: "no such app"},
		{Core: 1, Incarnation: 1, Cause: epitaph.Exited},
		{Core: 2, Incarnation: 1, Cause: epitaph.Panicked, Reason: "no such app"},
		{Core: 3, Incarnation: 2, Cause: epitaph.Killed, Reason: "signal 9"},
	})
	want := "core 0, core 2, life 1: panicked: no such app\ncore 3, life 2: killed: signal 9"
	if err == nil || err.Error() != want {
		t.Errorf("outcome %q: want %q", err, want)
	}
	if err := outcome([]kernel.Epitaph{{Cause: epitaph.Stopped}}); err != nil {
		t.Errorf("outcome %q: want none", err)
	}
}
