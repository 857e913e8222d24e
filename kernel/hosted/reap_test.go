package hosted

import (
	"syscall"
	"testing"

	"skerry/kernel/epitaph"
)

// The launcher names the cause of a death that left no epitaph.
func TestVerdict(t *testing.T) {
	const killed, segfault, ok, failed = 9, 11, 0, 2 << 8 // wait statuses
	for _, c := range []struct {
		status            syscall.WaitStatus
		attached          bool
		crash, stopReason string
		cause             epitaph.Cause
		reason            string
	}{
		{ok, true, "", "", epitaph.Exited, "the program returned"},
		{ok, false, "", "", epitaph.Panicked,
			"ended without attaching: want a program that calls coreos.Main"},
		{killed, true, "", "", epitaph.Killed, "signal 9: killed"},
		{killed, true, "", "asked for", epitaph.Stopped, "asked for"},
		{ok, true, "", "asked for", epitaph.Exited, "the program returned"},
		{segfault, true, "", "", epitaph.Faulted, "signal 11: segmentation fault"},
		{failed, true, "panic: x", "", epitaph.Panicked, "panic: x"},
		{failed, true, "SIGSEGV: y", "", epitaph.Faulted, "SIGSEGV: y"},
		{failed, true, "", "", epitaph.Panicked, "exit status 2"},
	} {
		cause, reason := verdict(c.status, c.attached, c.crash, c.stopReason)
		if cause != c.cause || reason != c.reason {
			t.Errorf("verdict(%#x, %v, %q, %q) = %v, %q: want %v, %q",
				c.status, c.attached, c.crash, c.stopReason, cause, reason, c.cause, c.reason)
		}
	}
}
