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
	Wait(way State, key, deadline uint64)
	First(futex uint64) *Thread
	Wake(th *Thread, result int64)
	FutexWake(address, countMax uint64) uint64
	NextDeadline() uint64
	Expire(now uint64)
}

// model is a dumb table: lists of threads, looked through from the front.
type model struct {
	running *modelThread
	ready   []*modelThread // that do not run
	waiting []*modelThread // the longest wait first
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
			m.makeReady(th)
			return th
		}
	}
	return nil
}

func (m *model) yield() {
	if m.running != nil {
		m.ready = append(m.ready, m.running)
		m.leave()
	}
}

// leave has the next one run that is ready, by number.
func (m *model) leave() {
	last := m.running.ID()
	m.running = nil
	for i := range ID(64) {
		for j, th := range m.ready {
			if th.id == (last+i)%64+1 {
				m.running, m.ready = th, slices.Delete(m.ready, j, j+1)
				return
			}
		}
	}
}

func (m *model) makeReady(th *modelThread) {
	th.way = Ready
	m.ready = append(m.ready, th)
	if m.running == nil {
		m.leave()
	}
}

func (m *model) wait(way State, key, deadline uint64) {
	m.running.way, m.running.key, m.running.deadline = way, key, deadline
	m.waiting = append(m.waiting, m.running)
	m.leave()
}

func (m *model) first(futex uint64) *modelThread {
	for _, th := range m.waiting {
		if th.way == Futex && th.key == futex {
			return th
		}
	}
	return nil
}

func (m *model) wake(th *modelThread, result int64) {
	if i := slices.Index(m.waiting, th); i >= 0 {
		m.waiting = slices.Delete(m.waiting, i, i+1)
		th.ax = uint64(result)
		m.makeReady(th)
	}
}

func (m *model) futexWake(address, countMax uint64) (count uint64) {
	for ; count < countMax && m.first(address) != nil; count++ {
		m.wake(m.first(address), 0)
	}
	return count
}

// nextDeadline returns the earliest deadline, or 0.
func (m *model) nextDeadline() (next uint64) {
	for _, th := range m.waiting {
		if th.deadline != 0 && (next == 0 || th.deadline < next) {
			next = th.deadline
		}
	}
	return next
}

func (m *model) expire(now uint64) {
	byNumber := func(a, b *modelThread) int { return int(a.id) - int(b.id) }
	for _, th := range slices.SortedFunc(slices.Values(m.waiting), byNumber) {
		switch {
		case th.deadline == 0 || th.deadline > now:
		case th.way == Futex:
			m.wake(th, errno.ETIMEDOUT)
		default:
			m.wake(th, 0)
		}
	}
}

// compare requires that a table and its model say the same of all threads.
func (m *model) compare(t operations) error {
	if th := t.Current(); idOf(th) != m.running.ID() {
		return fmt.Errorf("thread %d is running: want %d", idOf(th), m.running.ID())
	}
	got, want := t.NextDeadline(), m.nextDeadline()
	if want != 0 && (got == 0 || got > want) { // who was woken before may have had an earlier one
		return fmt.Errorf("the next deadline is %d: want at most %d", got, want)
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
		got := modelThread{th.ID(), th.State(), want.key, want.deadline, th.Frame.AX, th.FSBase}
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

// places requires that a table's sets of threads agree with their states.
func places(t *Table) error {
	for i := range t.threads {
		th, used, ready := &t.threads[i], t.used>>i&1 != 0, t.ready>>i&1 != 0
		if used != (th.state != Free) || ready != (th.state == Ready) {
			return fmt.Errorf("thread %d has state %d: used %v, ready %v", i+1, th.state, used,
				ready)
		}
	}
	if (t.running == nil) != (t.ready == 0) || t.running != nil && t.running.state != Ready {
		return fmt.Errorf("of the threads in %#x none runs, or another one", t.ready)
	}
	return nil
}
