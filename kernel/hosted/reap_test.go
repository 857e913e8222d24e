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
		crash, stopReason string
		cause             epitaph.Cause
		reason            string
	}{
		{ok, "", "", epitaph.Exited, "the program returned"},
		{killed, "", "", epitaph.Killed, "signal 9: killed"},
		{killed, "", "asked for", epitaph.Stopped, "asked for"},
		{ok, "", "asked for", epitaph.Exited, "the program returned"},
		{segfault, "", "", epitaph.Faulted, "signal 11: segmentation fault"},
		{failed, "panic: x", "", epitaph.Panicked, "panic: x"},
		{failed, "SIGSEGV: y", "", epitaph.Faulted, "SIGSEGV: y"},
		{failed, "", "", epitaph.Panicked, "exit status 2"},
	} {
		cause, reason := verdict(c.status, c.crash, c.stopReason)
		if cause != c.cause || reason != c.reason {
			t.Errorf("verdict(%#x, %q, %q) = %v, %q: want %v, %q",
				c.status, c.crash, c.stopReason, cause, reason, c.cause, c.reason)
		}
	}
}
