package signal

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// Stack describes a thread's signal stack; sigaltstack reads and writes it so.
type Stack struct {
	Base  uint64
	Flags uint64 // in the lower half
	Bytes uint64
}

// Flags of signal stacks.
const (
	stackInUse    = 1
	stackDisabled = 2
)

// AltStack returns the signal stack of the running thread.
func AltStack(th *thread.Thread) Stack {
	s := Stack{Base: th.AltBase, Bytes: th.AltBytes}
	switch {
	case th.AltBytes == 0:
		s.Flags = stackDisabled
	case onAltStack(th, th.Frame.SP):
		s.Flags = stackInUse
	}
	return s
}

// SetAltStack gives the running thread a signal stack, unless it is on one.
func SetAltStack(th *thread.Thread, s Stack) int64 {
	switch flags := uint32(s.Flags); {
	case onAltStack(th, th.Frame.SP):
		return errno.EPERM
	case flags == stackDisabled:
		th.AltBase, th.AltBytes = 0, 0
	case flags&^stackInUse != 0:
		return errno.EINVAL
	case s.Bytes < stackBytesMin:
		return errno.ENOMEM
	default:
		th.AltBase, th.AltBytes = s.Base, s.Bytes
	}
	return 0
}

func onAltStack(th *thread.Thread, sp uint64) bool {
	return sp > th.AltBase && sp-th.AltBase <= th.AltBytes
}
