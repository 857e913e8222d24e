package signal

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// SendThread sends a valid signal to a thread, as tgkill does. A wait of it ends.
func (s *Signals) SendThread(t *thread.Table, th *thread.Thread, n Number) {
	blocked := th.Mask&n.bit() != 0
	if s.ignores(n) && !blocked {
		return
	}
	th.Pending |= n.bit()
	if !blocked {
		t.Wake(th, errno.EINTR)
	}
}

// Send sends a valid signal to the process, as kill does: to the first thread that does not block
// it, or else to the one that stops blocking it first.
func (s *Signals) Send(t *thread.Table, n Number) {
	for id := thread.ID(1); id <= thread.ThreadsMax; id++ {
		th := t.Get(id)
		if th != nil && th.Mask&n.bit() == 0 {
			if !s.ignores(n) {
				t.Pending |= n.bit()
				t.Wake(th, errno.EINTR)
			}
			return
		}
	}
	t.Pending |= n.bit()
}
