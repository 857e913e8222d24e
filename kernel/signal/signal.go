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
// The restorer calls rt_sigreturn, which takes the registers from the frame again: Return. All of
// this is the libOS's, in ring 3: what a thread may not be given, the CPU driver refuses.
//
// Frames are written to and read from memory as it is. If that faults, whoever notices calls
// Faulted.
//
// Of Linux's ways these are left out: signals are not counted or queued (one of a number is
// pending once), no call is started again after a handler (waits end with EINTR), and there is no
// job control (what would stop a process ends it).
package signal

import (
	"skerry/kernel/errno"
)

// Number is the number of a signal.
type Number uint64

// The signals that this package knows.
const (
	SIGILL   Number = 4
	SIGTRAP  Number = 5
	SIGABRT  Number = 6
	SIGBUS   Number = 7
	SIGFPE   Number = 8
	SIGKILL  Number = 9
	SIGSEGV  Number = 11
	SIGCHLD  Number = 17
	SIGCONT  Number = 18
	SIGSTOP  Number = 19
	SIGURG   Number = 23
	SIGPROF  Number = 27
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

// Thread is what a thread has of signals. The zero Thread blocks nothing.
type Thread struct {
	// Bit s-1 for signal s: blocked, and sent to this thread but not delivered yet.
	Mask, Pending uint64

	// The stack of signal handlers, if AltBytes is not 0.
	AltBase, AltBytes uint64
}

// Signals is what an instance does with signals. It is ready for use as it is: all actions are
// the default.
type Signals struct {
	Pending uint64 // sent to the process: a thread that does not block it takes it

	actions [SignalsMax]Action
	framed  Number // the signal whose frame is being used, unframed: none
}

// Values of framed that are no signals.
const (
	unframed  Number = 0
	returning Number = SignalsMax + 1 // from which signal, the frame does not tell
)

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
func (th *Thread) SetMask(mask uint64) { th.Mask = mask &^ unblockable }

// Due returns the signals that a thread has and does not block.
func (s *Signals) Due(th *Thread) uint64 { return (th.Pending | s.Pending) &^ th.Mask }
