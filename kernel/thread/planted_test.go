package thread

import (
	"math/bits"
	"testing"

	"skerry/kernel/errno"
)

const plantSeeds = 50

// Each of these tables has a bug.
type (
	losesWakes      struct{ *Table }
	doublesWakes    struct{ *Table }
	lastWaitsFirst  struct{ *Table }
	wakesSleepers   struct{ *Table }
	expiresEarly    struct{ *Table }
	expiresLate     struct{ *Table }
	neverTimesOut   struct{ *Table }
	alwaysTimesOut  struct{ *Table }
	keepsDeadlines  struct{ *Table }
	missesDeadlines struct{ *Table }
	interruptsAll   struct{ *Table }
	endlessTurns    struct{ *Table }
	lowestFirst     struct{ *Table }
	idles           struct{ *Table }
	keepsEnded      struct{ *Table }
	disinherits     struct{ *Table }
	oneTooFew       struct{ *Table }
)

func (b losesWakes) FutexWake(address, count uint64) uint64 {
	th := b.First(address)
	woke := b.Table.FutexWake(address, count)
	if woke == 2 { // the first one waits again
		if b.running == th {
			b.Yield()
		}
		th.state = Futex
		b.ready &^= th.bit()
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
	for i := range b.threads {
		if th := &b.threads[i]; th.state == way {
			th.since = -th.since
		}
	}
}

func (b wakesSleepers) First(futex uint64) *Thread {
	if th := b.Table.First(futex); th != nil {
		return th
	}
	for i := range b.threads {
		if th := &b.threads[i]; th.state == Sleep && th.futex == futex {
			return th
		}
	}
	return nil
}

func (b expiresEarly) Expire(now uint64) { b.Table.Expire(now + 1) }
func (b expiresLate) Expire(now uint64)  { b.Table.Expire(now - 1) }

func (b neverTimesOut) Expire(now uint64) {
	before := b.ready
	b.Table.Expire(now)
	b.result(b.ready&^before, 0)
}

func (b alwaysTimesOut) Expire(now uint64) {
	before := b.ready
	b.Table.Expire(now)
	b.result(b.ready&^before, errno.ETIMEDOUT)
}

// result sets the result of some threads' calls.
func (t *Table) result(of uint64, result int64) {
	for i := range t.threads {
		if of>>i&1 != 0 {
			t.threads[i].Frame.AX = uint64(result)
		}
	}
}

func (b keepsDeadlines) Expire(now uint64) {
	old := b.soonest
	b.Table.Expire(now)
	b.soonest = old
}

func (b missesDeadlines) Wait(way State, key, deadline uint64) {
	old := b.soonest
	b.Table.Wait(way, key, deadline)
	if old != 0 {
		b.soonest = old
	}
}

func (b interruptsAll) Wake(th *Thread, result int64) {
	b.Table.Wake(th, result)
	th.Frame.AX = uint64(result)
}

func (b endlessTurns) Yield() {}

func (b lowestFirst) Yield() {
	b.running = &b.threads[bits.TrailingZeros64(b.ready)]
}

func (b idles) Wake(th *Thread, result int64) {
	idle := b.running == nil
	b.Table.Wake(th, result)
	if idle {
		b.running = nil
	}
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
		th.FSBase = 0
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
		"loses a wake of two":          func(t *Table) operations { return losesWakes{t} },
		"wakes two for one":            func(t *Table) operations { return doublesWakes{t} },
		"wakes the last to wait first": func(t *Table) operations { return lastWaitsFirst{t} },
		"wakes sleepers by a futex":    func(t *Table) operations { return wakesSleepers{t} },
		"expires 1 ns early":           func(t *Table) operations { return expiresEarly{t} },
		"expires 1 ns late":            func(t *Table) operations { return expiresLate{t} },
		"never says ETIMEDOUT":         func(t *Table) operations { return neverTimesOut{t} },
		"says ETIMEDOUT to all":        func(t *Table) operations { return alwaysTimesOut{t} },
		"keeps a past deadline":        func(t *Table) operations { return keepsDeadlines{t} },
		"misses an earlier deadline":   func(t *Table) operations { return missesDeadlines{t} },
		"interrupts who does not wait": func(t *Table) operations { return interruptsAll{t} },
		"never ends a turn":            func(t *Table) operations { return endlessTurns{t} },
		"runs the lowest only":         func(t *Table) operations { return lowestFirst{t} },
		"wakes nobody while idle":      func(t *Table) operations { return idles{t} },
		"keeps ended threads":          func(t *Table) operations { return keepsEnded{t} },
		"forgets the FS base":          func(t *Table) operations { return disinherits{t} },
		"has room for 63":              func(t *Table) operations { return oneTooFew{t} },
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
