package thread

import (
	"math/bits"

	"skerry/kernel/errno"
)

// Wait has the running thread wait: for what key names, in its way. The key of Futex is an
// address, that of Poll and Read whatever the caller calls its files. The result comes with Wake,
// or when the deadline has passed.
func (t *Table) Wait(way State, key, deadline uint64) {
	th := t.stop()
	th.state, th.key, th.deadline = way, key, deadline
	t.queueOf(way, key).add(th)
	if deadline != 0 {
		t.timed |= th.bit()
		if t.soonest == nil || deadline < t.soonest.deadline {
			t.soonest = th
		}
	}
}

// First returns the thread that has waited longest for a key, or nil.
func (t *Table) First(way State, key uint64) *Thread {
	for th := t.queueOf(way, key).first; th != nil; th = th.next {
		if th.key == key && th.state == way {
			return th
		}
	}
	return nil
}

// Wake ends the wait of a thread with a result. Who does not wait is left alone.
func (t *Table) Wake(th *Thread, result int64) {
	if th.state < Futex {
		return
	}
	th.queue.remove(th)
	if th.deadline != 0 {
		t.forget(th)
	}
	th.Frame.AX = uint64(result)
	t.makeReady(th)
}

// Interrupt ends the wait of a thread because a signal has come for it.
func (t *Table) Interrupt(th *Thread) { t.Wake(th, errno.EINTR) }

// FutexWake wakes those who wait for an address, up to a number, the longest wait first. It
// returns how many it woke.
func (t *Table) FutexWake(address, countMax uint64) (count uint64) {
	for count < countMax {
		th := t.First(Futex, address)
		if th == nil {
			break
		}
		t.Wake(th, 0)
		count++
	}
	return count
}

// NextDeadline returns when Expire has something to do, or 0 if never: the earliest deadline of a
// wait or, while others are ready, the end of the running thread's quantum.
func (t *Table) NextDeadline() uint64 {
	next := uint64(0)
	if t.soonest != nil {
		next = t.soonest.deadline
	}
	if t.running != nil && t.ready.first != nil && (next == 0 || t.turnEnd < next) {
		next = t.turnEnd
	}
	return next
}

// Expire ends the waits whose deadlines have passed, in their order. The turn of the running thread
// ends if one did, since who has slept wants little, or if its quantum is over and others are
// ready.
func (t *Table) Expire(now uint64) {
	over := t.turnEnd <= now
	for range ThreadsMax {
		th := t.soonest
		if th == nil || th.deadline > now {
			break
		}
		over = true
		result := int64(0)
		if th.state == Futex {
			result = errno.ETIMEDOUT
		}
		t.Wake(th, result)
	}
	if over && t.running != nil && t.ready.first != nil {
		t.Yield()
	}
}

// forget drops a thread's deadline.
func (t *Table) forget(th *Thread) {
	th.deadline = 0
	t.timed &^= th.bit()
	if th != t.soonest {
		return
	}
	t.soonest = nil
	for set := t.timed; set != 0; set &= set - 1 {
		other := &t.threads[bits.TrailingZeros64(set)%ThreadsMax]
		if t.soonest == nil || other.deadline < t.soonest.deadline {
			t.soonest = other
		}
	}
}

// queueOf returns the queue of those who wait for a key, and of some others. The hash is
// Fibonacci's: addresses that differ in few bits get different queues (Knuth, volume 3, 6.4).
func (t *Table) queueOf(way State, key uint64) *queue {
	return &t.waiting[(key+uint64(way))*0x9e37_79b9_7f4a_7c15>>(64-queueBits)]
}
