package thread

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"skerry/kernel/errno"
)

// player does operations on a table and on its model. Bytes choose them.
type player struct {
	table operations
	model model
	data  []byte
	now   uint64
	marks uint64 // counts operations, to tell results and deadlines apart
}

func (p *player) byte() uint64 {
	if len(p.data) == 0 {
		return 0
	}
	b := p.data[0]
	p.data = p.data[1:]
	return uint64(b)
}

// The low bits of a deadline are its operation's mark, so that no two are the same.
const markBits = 16

// play runs data out, and returns the first difference to the model.
func play(table operations, inside *Table, data []byte) error {
	p := player{table: table, data: data, now: 1 << markBits}
	for len(p.data) > 0 && p.marks < 1<<markBits-1 {
		p.marks++
		what, err := p.step()
		if err == nil {
			err = p.model.compare(table)
		}
		if err == nil {
			err = places(inside)
		}
		if err != nil {
			return fmt.Errorf("operation %d, %s: %w", p.marks, what, err)
		}
	}
	return nil
}

// step does one operation. The running thread calls; without one, what the driver does is done.
func (p *player) step() (what string, err error) {
	op := p.byte()
	switch {
	case len(p.model.all()) == 0:
		return "first spawn", p.spawn()
	case p.model.running == nil && op%16 < 9:
		return "expire", p.expire()
	}
	switch op % 16 {
	case 0, 1:
		return "spawn", p.spawn()
	case 2:
		if p.byte()%4 == 0 {
			return "exit", p.exit()
		}
	case 4, 5, 6, 7, 8:
		return "wait", p.wait()
	case 9, 10:
		return "futex wake", p.futexWake()
	case 11:
		return "wake", p.wake()
	case 12:
		return "interrupt", p.interrupt()
	case 13, 14:
		return "expire", p.expire()
	}
	p.table.Yield()
	p.model.yield()
	return "yield", nil
}

func (p *player) spawn() error {
	for range p.byte()%8/7*ThreadsMax + 1 { // now and then, until the table is full
		th, want := p.table.Spawn(), p.model.spawn()
		if idOf(th) != want.ID() {
			return fmt.Errorf("made thread %d: want %d", idOf(th), want.ID())
		}
		if th != nil && want.inherited == 0 {
			th.FSBase, want.inherited = p.marks, p.marks
		}
	}
	return nil
}

func (p *player) exit() error {
	p.model.leave()
	if got, want := p.table.Exit(), len(p.model.all()) > 0; got != want {
		return fmt.Errorf("others are left: %v, want %v", got, want)
	}
	return nil
}

// key chooses one of few addresses, some of which share a queue.
func (p *player) key() uint64 { return 0x1000 + p.byte()%5*4 }

func (p *player) wait() error {
	way, key, deadline := Futex, p.key(), uint64(0)
	if p.byte()%8 < 3 {
		way = Sleep
	}
	if b := p.byte(); b%2 == 0 {
		deadline = p.now>>markBits<<markBits + b/2<<markBits + p.marks
	}
	mark := 1<<32 + p.marks // what a result has to replace
	p.table.Current().Frame.AX, p.model.running.ax = mark, mark
	p.table.Wait(way, key, deadline)
	p.model.wait(way, key, deadline)
	return nil
}

func (p *player) futexWake() error {
	key, count := p.key(), p.byte()%4
	if count == 3 {
		count = 1<<64 - 1
	}
	if got, want := p.table.FutexWake(key, count), p.model.futexWake(key, count); got != want {
		return fmt.Errorf("woke %d: want %d", got, want)
	}
	return nil
}

func (p *player) wake() error {
	key, result := p.key(), int64(p.byte())
	th, want := p.table.First(key), p.model.first(key)
	if idOf(th) != want.ID() {
		return fmt.Errorf("first waits thread %d: want %d", idOf(th), want.ID())
	}
	if th != nil {
		p.table.Wake(th, result)
		p.model.wake(want, result)
	}
	return nil
}

// interrupt also hits threads that do not wait.
func (p *player) interrupt() error {
	id := ID(p.byte()%8 + 1)
	if th := p.table.Get(id); th != nil {
		p.table.Wake(th, errno.EINTR)
		p.model.wake(p.model.get(id), errno.EINTR)
	}
	return nil
}

// expire lets time pass: often until just before or just at the next deadline.
func (p *player) expire() error {
	next := p.model.nextDeadline()
	switch b := p.byte(); {
	case b%4 == 0 && next > p.now:
		p.now = next - 1
	case b%4 == 1 && next > p.now:
		p.now = next
	default:
		p.now += b << markBits
	}
	p.table.Expire(p.now)
	p.model.expire(p.now)
	if got, want := p.table.NextDeadline(), p.model.nextDeadline(); got != want {
		return fmt.Errorf("the next deadline is %d: want %d", got, want)
	}
	return nil
}

// random returns the operations of a seed.
func random(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	data := make([]byte, 1000)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

// Whatever is called in whatever order, threads are where a dumb model has them: each in one
// place, woken once, in order, and with ETIMEDOUT exactly if its time is up.
func FuzzTable(f *testing.F) {
	f.Add(random(1)[:40])
	f.Add(random(2)[:200])
	f.Fuzz(func(t *testing.T, data []byte) {
		var table Table
		if err := play(&table, &table, data); err != nil {
			t.Fatal(err)
		}
	})
}
