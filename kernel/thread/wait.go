package thread

import (
	"math/bits"

	"skerry/kernel/errno"
)

// Wait has the running thread wait in a way, for the address of a futex if it is that. The result
// comes with Wake, or when the deadline has passed.
func (t *Table) Wait(way State, futex, deadline uint64) {
	th := t.leave(way)
	t.waits++
	th.futex, th.deadline, th.since = futex, deadline, t.waits
	t.Note(deadline)
}

// Note has NextDeadline be no later than a deadline, unless that is 0: of one who waits, or what
// else its owner has to do.
func (t *Table) Note(deadline uint64) {
	if deadline != 0 && (t.soonest == 0 || deadline < t.soonest) {
		t.soonest = deadline
	}
}

// First returns the thread that has waited longest for an address, or nil.
func (t *Table) First(futex uint64) (first *Thread) {
	for set := t.used &^ t.ready; set != 0; set &= set - 1 {
		th := &t.threads[bits.TrailingZeros64(set)%ThreadsMax]
		if th.WaitsFor(futex) && (first == nil || th.since < first.since) {
			first = th
		}
	}
	return first
}

// Wake ends the wait of a thread with a result. Who does not wait is left alone.
func (t *Table) Wake(th *Thread, result int64) {
	if th.state >= Futex {
		th.Frame.AX = uint64(result)
		t.makeReady(th)
	}
}

// FutexWake wakes those who wait for an address, up to a number, the longest wait first. It
// returns how many it woke.
func (t *Table) FutexWake(address, countMax uint64) (count uint64) {
	for ; count < countMax; count++ {
		th := t.First(address)
		if th == nil {
			break
		}
		t.Wake(th, 0)
	}
	return count
}

// NextDeadline returns when Expire may have something to do, or 0 if never.
func (t *Table) NextDeadline() uint64 { return t.soonest }

// Expire ends the waits whose deadlines have passed.
func (t *Table) Expire(now uint64) {
	t.soonest = 0
	for set := t.used &^ t.ready; set != 0; set &= set - 1 {
		th := &t.threads[bits.TrailingZeros64(set)%ThreadsMax]
		switch {
		case th.deadline == 0 || th.deadline > now:
			t.Note(th.deadline)
		case th.state == Futex:
			t.Wake(th, errno.ETIMEDOUT)
		default:
			t.Wake(th, 0)
		}
	}
}
