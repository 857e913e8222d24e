package thread

import "testing"

const plantSeeds = 50

// Each of these tables has a bug.
type (
	losesWakes      struct{ *Table }
	doublesWakes    struct{ *Table }
	lastWaitsFirst  struct{ *Table }
	mixesAddresses  struct{ *Table }
	wakesSleepers   struct{ *Table }
	expiresEarly    struct{ *Table }
	expiresLate     struct{ *Table }
	neverTimesOut   struct{ *Table }
	alwaysTimesOut  struct{ *Table }
	keepsDeadlines  struct{ *Table }
	missesDeadlines struct{ *Table }
	ignoresSignals  struct{ *Table }
	interruptsAll   struct{ *Table }
	endlessTurns    struct{ *Table }
	staysRunning    struct{ *Table }
	lastReadyFirst  struct{ *Table }
	keepsEnded      struct{ *Table }
	disinherits     struct{ *Table }
	oneTooFew       struct{ *Table }
)

func (b losesWakes) FutexWake(address, count uint64) uint64 {
	th := b.First(Futex, address)
	woke := b.Table.FutexWake(address, count)
	if woke == 2 { // the first one waits again
		th.queue.remove(th)
		th.state = Futex
		b.queueOf(Futex, address).add(th)
	}
	return woke
}

func (b doublesWakes) FutexWake(address, count uint64) uint64 {
	woke := b.Table.FutexWake(address, count)
	if woke == 1 {
		b.Table.FutexWake(address, 1)
	}
	return woke
}

func (b lastWaitsFirst) Wait(way State, key, deadline uint64) {
	b.Table.Wait(way, key, deadline)
	q := b.queueOf(way, key)
	if th := q.first; th != q.last {
		q.remove(th)
		q.add(th)
	}
}

func (b mixesAddresses) FutexWake(address, count uint64) (woke uint64) {
	q := b.queueOf(Futex, address)
	for ; woke < count && q.first != nil; woke++ {
		b.Wake(q.first, 0)
	}
	return woke
}

func (b wakesSleepers) First(way State, key uint64) *Thread {
	for _, way := range []State{way, Sleep} {
		if th := b.Table.First(way, key); th != nil {
			return th
		}
	}
	return nil
}

func (b expiresEarly) Expire(now uint64) { b.Table.Expire(now + 1) }
func (b expiresLate) Expire(now uint64)  { b.Table.Expire(now - 1) }

func (b neverTimesOut) Expire(now uint64) {
	th := b.soonest
	b.Table.Expire(now)
	if th != nil && th.state == Ready {
		th.Frame.AX = 0
	}
}

func (b alwaysTimesOut) Expire(now uint64) {
	th := b.soonest
	b.Table.Expire(now)
	if th != nil && th.state == Ready {
		th.Frame.AX = ^uint64(109)
	}
}

func (b keepsDeadlines) Wake(th *Thread, result int64) {
	old := b.soonest
	b.Table.Wake(th, result)
	b.soonest = old
}

func (b missesDeadlines) Wait(way State, key, deadline uint64) {
	old := b.soonest
	b.Table.Wait(way, key, deadline)
	if old != nil {
		b.soonest = old
	}
}

func (b ignoresSignals) Interrupt(*Thread) {}

func (b interruptsAll) Interrupt(th *Thread) {
	b.Table.Interrupt(th)
	th.Frame.AX = ^uint64(3)
}

func (b endlessTurns) Expire(now uint64) {
	b.turnEnd = now + 1
	b.Table.Expire(now)
}

func (b staysRunning) Yield() {
	b.Table.Yield()
	if b.running == nil && b.ready.first != b.ready.last {
		last := b.ready.last
		for b.ready.first != last { // those before it go behind it
			th := b.ready.first
			b.ready.remove(th)
			b.ready.add(th)
		}
	}
}

func (b lastReadyFirst) Next(now uint64) *Thread {
	if last := b.ready.last; b.running == nil && last != b.ready.first {
		b.ready.remove(last)
		first := b.ready.first
		last.next, last.queue, first.previous, b.ready.first = first, &b.ready, last, last
	}
	return b.Table.Next(now)
}

func (b keepsEnded) Exit() bool {
	used := b.used
	b.Table.Exit()
	b.used = used
	return true
}

func (b disinherits) Spawn() *Thread {
	th := b.Table.Spawn()
	if th != nil {
		th.Mask = 0
	}
	return th
}

func (b oneTooFew) Spawn() *Thread {
	if b.used == 1<<63-1 {
		return nil
	}
	return b.Table.Spawn()
}

// Each planted bug differs from the model under some seed, and a sound table under none.
func TestPlantedBugsAreFound(t *testing.T) {
	for name, plant := range map[string]func(*Table) operations{
		"loses a wake of two":            func(t *Table) operations { return losesWakes{t} },
		"wakes two for one":              func(t *Table) operations { return doublesWakes{t} },
		"wakes the last to wait first":   func(t *Table) operations { return lastWaitsFirst{t} },
		"wakes those of another address": func(t *Table) operations { return mixesAddresses{t} },
		"wakes sleepers as readers":      func(t *Table) operations { return wakesSleepers{t} },
		"expires 1 ns early":             func(t *Table) operations { return expiresEarly{t} },
		"expires 1 ns late":              func(t *Table) operations { return expiresLate{t} },
		"never says ETIMEDOUT":           func(t *Table) operations { return neverTimesOut{t} },
		"says ETIMEDOUT to all":          func(t *Table) operations { return alwaysTimesOut{t} },
		"keeps a woken one's deadline":   func(t *Table) operations { return keepsDeadlines{t} },
		"misses an earlier deadline":     func(t *Table) operations { return missesDeadlines{t} },
		"does not interrupt waits":       func(t *Table) operations { return ignoresSignals{t} },
		"interrupts who does not wait":   func(t *Table) operations { return interruptsAll{t} },
		"never ends a turn":              func(t *Table) operations { return endlessTurns{t} },
		"yields to nobody":               func(t *Table) operations { return staysRunning{t} },
		"runs the last first":            func(t *Table) operations { return lastReadyFirst{t} },
		"keeps ended threads":            func(t *Table) operations { return keepsEnded{t} },
		"blocks nothing in new threads":  func(t *Table) operations { return disinherits{t} },
		"has room for 63":                func(t *Table) operations { return oneTooFew{t} },
	} {
		t.Run(name, func(t *testing.T) { wantFound(t, plant) })
	}
	for seed := range uint64(plantSeeds) {
		var table Table
		if err := play(&table, &table, random(seed)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func wantFound(t *testing.T, plant func(*Table) operations) {
	for seed := range uint64(plantSeeds) {
		var table Table
		if err := play(plant(&table), &table, random(seed)); err != nil {
			t.Logf("seed %d: %v", seed, err)
			return
		}
	}
	t.Errorf("not found under %d seeds", plantSeeds)
}
