package thread

import (
	"fmt"
	"slices"

	"skerry/kernel/errno"
)

// operations is a Table, or one with a bug.
type operations interface {
	Current() *Thread
	Get(ID) *Thread
	Spawn() *Thread
	Exit() bool
	Yield()
	Next(now uint64) *Thread
	Wait(way State, key, deadline uint64)
	First(way State, key uint64) *Thread
	Wake(th *Thread, result int64)
	Interrupt(th *Thread)
	FutexWake(address, countMax uint64) uint64
	NextDeadline() uint64
	Expire(now uint64)
}

// model is a dumb table: two lines of threads, looked through from the front.
type model struct {
	running *modelThread
	ready   []*modelThread
	waiting []*modelThread // the longest wait first
	turnEnd uint64
}

type modelThread struct {
	id            ID
	way           State
	key, deadline uint64
	ax            uint64 // result of its last call
	inherited     uint64 // what it has of its parent
}

func (m *model) all() []*modelThread {
	all := slices.Concat(m.ready, m.waiting)
	if m.running != nil {
		all = append(all, m.running)
	}
	return all
}

func (m *model) get(id ID) *modelThread {
	for _, th := range m.all() {
		if th.id == id {
			return th
		}
	}
	return nil
}

func (m *model) spawn() *modelThread {
	for id := ID(1); id <= 64; id++ {
		if m.get(id) == nil {
			th := &modelThread{id: id, way: Ready}
			if m.running != nil {
				th.inherited = m.running.inherited
			}
			m.ready = append(m.ready, th)
			return th
		}
	}
	return nil
}

func (m *model) yield() {
	m.running.way = Ready
	m.ready = append(m.ready, m.running)
	m.running = nil
}

func (m *model) next(now uint64) *modelThread {
	if m.running == nil && len(m.ready) > 0 {
		m.running, m.ready = m.ready[0], m.ready[1:]
		m.running.way, m.turnEnd = Running, now+10_000_000
	}
	return m.running
}

func (m *model) wait(way State, key, deadline uint64) {
	m.running.way, m.running.key, m.running.deadline = way, key, deadline
	m.waiting = append(m.waiting, m.running)
	m.running = nil
}

func (m *model) first(way State, key uint64) *modelThread {
	for _, th := range m.waiting {
		if th.way == way && th.key == key {
			return th
		}
	}
	return nil
}

func (m *model) wake(th *modelThread, result int64) {
	if i := slices.Index(m.waiting, th); i >= 0 {
		m.waiting = slices.Delete(m.waiting, i, i+1)
		th.way, th.ax = Ready, uint64(result)
		m.ready = append(m.ready, th)
	}
}

func (m *model) futexWake(address, countMax uint64) (count uint64) {
	for ; count < countMax && m.first(Futex, address) != nil; count++ {
		m.wake(m.first(Futex, address), 0)
	}
	return count
}

// soonest returns who waits with the earliest deadline. No two are the same in these tests.
func (m *model) soonest() *modelThread {
	var soonest *modelThread
	for _, th := range m.waiting {
		if th.deadline != 0 && (soonest == nil || th.deadline < soonest.deadline) {
			soonest = th
		}
	}
	return soonest
}

func (m *model) nextDeadline() uint64 {
	next := uint64(0)
	if th := m.soonest(); th != nil {
		next = th.deadline
	}
	if m.running != nil && len(m.ready) > 0 && (next == 0 || m.turnEnd < next) {
		next = m.turnEnd
	}
	return next
}

func (m *model) expire(now uint64) {
	over := m.turnEnd <= now
	for th := m.soonest(); th != nil && th.deadline <= now; th = m.soonest() {
		over = true
		if th.way == Futex {
			m.wake(th, errno.ETIMEDOUT)
		} else {
			m.wake(th, 0)
		}
	}
	if m.running != nil && len(m.ready) > 0 && over {
		m.yield()
	}
}

// compare requires that a table and its model say the same of all threads.
func (m *model) compare(t operations) error {
	if th := t.Current(); idOf(th) != m.running.ID() {
		return fmt.Errorf("thread %d is running: want %d", idOf(th), m.running.ID())
	}
	if got, want := t.NextDeadline(), m.nextDeadline(); got != want {
		return fmt.Errorf("the next deadline is %d: want %d", got, want)
	}
	var all [ThreadsMax + 2]*modelThread
	for _, th := range m.all() {
		all[th.id] = th
	}
	for id, want := range all {
		th := t.Get(ID(id))
		if (th != nil) != (want != nil) {
			return fmt.Errorf("there is a thread %d: %v, want %v", id, th != nil, want != nil)
		}
		if want == nil {
			continue
		}
		got := modelThread{th.ID(), th.State(), want.key, want.deadline, th.Frame.AX, th.Mask}
		if got != *want {
			return fmt.Errorf("thread %d is %+v: want %+v", id, got, *want)
		}
	}
	return nil
}

// ID returns 0 of no thread.
func (th *modelThread) ID() ID {
	if th == nil {
		return 0
	}
	return th.id
}

func idOf(th *Thread) ID {
	if th == nil {
		return 0
	}
	return th.id
}

// places requires that each thread is in one place, the one of its state, and that queues are
// linked both ways.
func places(t *Table) error {
	var count [ThreadsMax + 1]int // by id
	if t.running != nil {
		count[t.running.id]++
	}
	for i := range t.waiting {
		if err := walk(&t.waiting[i], &count); err != nil {
			return err
		}
	}
	if err := walk(&t.ready, &count); err != nil {
		return err
	}
	for i := range t.threads {
		th, want := &t.threads[i], int(t.used>>i&1)
		timed := th.state >= Futex && th.deadline != 0
		switch {
		case count[i+1] != want:
			return fmt.Errorf("thread %d is in %d places: want %d", i+1, count[i+1], want)
		case (th.state == Free) != (want == 0), (th.state == Running) != (th == t.running),
			(th.state == Ready) != (th.queue == &t.ready),
			th.state >= Futex && th.queue != t.queueOf(th.state, th.key),
			timed != (t.timed>>i&1 != 0):
			return fmt.Errorf("thread %d has state %d and is elsewhere", i+1, th.state)
		}
	}
	return nil
}

func walk(q *queue, count *[ThreadsMax + 1]int) error {
	var last *Thread
	for th := q.first; th != nil; th = th.next {
		if count[th.id]++; th.queue != q || th.previous != last || count[th.id] > 1 {
			return fmt.Errorf("thread %d is not linked into its queue", th.id)
		}
		last = th
	}
	if q.last != last {
		return fmt.Errorf("a queue ends with thread %d: want %d", idOf(q.last), idOf(last))
	}
	return nil
}
