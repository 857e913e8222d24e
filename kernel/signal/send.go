package signal

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// Send sends a valid signal to a thread. A wait of it ends.
func (s *Signals) Send(t *thread.Table, th *thread.Thread, n Number) {
	blocked := th.Mask&n.bit() != 0
	if s.ignores(n) && !blocked {
		return
	}
	th.Pending |= n.bit()
	if !blocked {
		t.Wake(th, errno.EINTR)
	}
}

// Taker returns the thread that takes a signal which is sent to the process: the first that does
// not block it, or else the last.
func Taker(t *thread.Table, n Number) (taker *thread.Thread) {
	for id := thread.ID(1); id <= thread.ThreadsMax; id++ {
		if th := t.Get(id); th != nil {
			if taker = th; th.Mask&n.bit() == 0 {
				break
			}
		}
	}
	return taker
}
