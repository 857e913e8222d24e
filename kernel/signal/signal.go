// Package signal sends and delivers Linux's signals: those that threads send, and those that the
// processor's exceptions become. A handler runs on a frame as Linux writes it on x86-64:
//
//	lower addresses
//	  frame      the handler's return address: the restorer     16-aligned, less 8: as by CALL
//	             ucontext: registers, signal stack, mask        304 bytes
//	             siginfo: signal, code, address or sender       128 bytes
//	  gap        0 to 63 bytes and more
//	  FPU state  FXSAVE64's image                               512 bytes, 64-aligned
//	  red zone   128 bytes, not on a stack of its own
//	  ...        the interrupted stack, or the end of the signal stack
//
// The restorer calls rt_sigreturn, which takes the registers from the frame again: Return. That
// memory is the instance's, so Return lets nothing through that the processor would not let the
// instance do itself, and nothing that would make an instruction of ring 0 fault.
//
// Of Linux's ways these are left out: signals are not counted or queued (one of a number is
// pending once), no call is started again after a handler (waits end with EINTR), and there is no
// job control (what would stop a process ends it).
package signal

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// Number is the number of a signal.
type Number uint64

// The signals that this package knows.
const (
	SIGILL   Number = 4
	SIGTRAP  Number = 5
	SIGBUS   Number = 7
	SIGFPE   Number = 8
	SIGKILL  Number = 9
	SIGSEGV  Number = 11
	SIGCHLD  Number = 17
	SIGCONT  Number = 18
	SIGSTOP  Number = 19
	SIGURG   Number = 23
	SIGWINCH Number = 28
	SIGSYS   Number = 31
)

const (
	unblockable = 1<<(SIGKILL-1) | 1<<(SIGSTOP-1)
	synchronous = 1<<(SIGSEGV-1) | 1<<(SIGBUS-1) | 1<<(SIGILL-1) | 1<<(SIGTRAP-1) |
		1<<(SIGFPE-1) | 1<<(SIGSYS-1) // delivered before others
	harmless = 1<<(SIGCHLD-1) | 1<<(SIGCONT-1) | 1<<(SIGURG-1) | 1<<(SIGWINCH-1)
)

// Handlers that are none.
const (
	handlerDefault = 0
	handlerIgnore  = 1
)

// Flags of actions.
const (
	flagRestorer = 0x0400_0000
	flagOnStack  = 0x0800_0000
	flagNoDefer  = 0x4000_0000
	flagOnce     = 0x8000_0000 // SA_RESETHAND
)

// Action is what a process does with a signal; rt_sigaction reads and writes it so.
type Action struct {
	Handler, Flags, Restorer, Mask uint64
}

// Signals is what an instance does with signals. It is ready for use as it is: all actions are
// the default.
type Signals struct {
	actions [SignalsMax]Action
	frame   frame // scratch of Deliver, Fault and Return
}

// Valid tells whether there is such a signal.
func (n Number) Valid() bool { return n-1 < SignalsMax }

// bit returns the signal's bit in a mask.
func (n Number) bit() uint64 { return 1 << ((n - 1) % SignalsMax) }

func (s *Signals) action(n Number) *Action { return &s.actions[(n-1)%SignalsMax] }

// Action returns what is done with a valid signal.
func (s *Signals) Action(n Number) Action { return *s.action(n) }

// SetAction says what to do with a signal, or returns EINVAL.
func (s *Signals) SetAction(n Number, a Action) int64 {
	if !n.Valid() || n.bit()&unblockable != 0 {
		return errno.EINVAL
	}
	*s.action(n) = a
	return 0
}

// ignores tells whether nothing is to happen at a signal.
func (s *Signals) ignores(n Number) bool {
	handler := s.action(n).Handler
	return handler == handlerIgnore || handler == handlerDefault && n.bit()&harmless != 0
}

// blocked returns what is blocked while the handler of a signal runs.
func (a *Action) blocked(n Number) uint64 {
	if a.Flags&flagNoDefer != 0 {
		return a.Mask
	}
	return a.Mask | n.bit()
}

// SetMask blocks signals of a thread, all but those that cannot be.
func SetMask(th *thread.Thread, mask uint64) { th.Mask = mask &^ unblockable }
