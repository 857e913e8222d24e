package signal

import "skerry/kernel/errno"

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

// AltStack returns the signal stack of a thread whose stack pointer is sp.
func (th *Thread) AltStack(sp uint64) Stack {
	s := Stack{Base: th.AltBase, Bytes: th.AltBytes}
	switch {
	case th.AltBytes == 0:
		s.Flags = stackDisabled
	case th.onAltStack(sp):
		s.Flags = stackInUse
	}
	return s
}

// SetAltStack gives a thread whose stack pointer is sp a signal stack, unless it is on one.
func (th *Thread) SetAltStack(sp uint64, s Stack) int64 {
	switch flags := uint32(s.Flags); {
	case th.onAltStack(sp):
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

func (th *Thread) onAltStack(sp uint64) bool {
	return sp > th.AltBase && sp-th.AltBase <= th.AltBytes
}
