package thread

import (
	"testing"

	"skerry/kernel/errno"
)

// begun returns a table with so many threads, the first of them running.
func begun(t *testing.T, count int) *Table {
	table := &Table{}
	for range count {
		if table.Spawn() == nil {
			t.Fatal("no thread: want one")
		}
	}
	return table
}

func wantRunning(t *testing.T, table *Table, want ID) {
	t.Helper()
	if got := idOf(table.Current()); got != want {
		t.Fatalf("thread %d is running: want %d", got, want)
	}
}

// Those who wait for an address are woken in the order in which they came, and then run in it.
func TestFutexIsFair(t *testing.T) {
	table := begun(t, 4)
	for id := ID(1); id <= 3; id++ {
		wantRunning(t, table, id)
		table.Wait(Futex, 0x1000, 0)
	}
	wantRunning(t, table, 4)
	if woke := table.FutexWake(0x1000, 2); woke != 2 {
		t.Fatalf("woke %d: want 2", woke)
	}
	table.Wait(Sleep, 0, 0)
	for id := ID(1); id <= 2; id++ {
		wantRunning(t, table, id)
		table.Wait(Sleep, 0, 0)
	}
	wantRunning(t, table, 0)
}

// A wait ends with the result of what ended it, and with that only.
func TestResults(t *testing.T) {
	end := map[string]func(*Table, *Thread){
		"wake":      func(t *Table, th *Thread) { t.Wake(th, 7) },
		"expire":    func(t *Table, th *Thread) { t.Expire(100) },
		"interrupt": func(t *Table, th *Thread) { t.Wake(th, errno.EINTR) },
	}
	for _, c := range []struct {
		by   string
		way  State
		want int64
	}{
		{"wake", Futex, 7}, {"wake", Sleep, 7},
		{"expire", Futex, errno.ETIMEDOUT}, {"expire", Sleep, 0},
		{"interrupt", Futex, errno.EINTR}, {"interrupt", Sleep, errno.EINTR},
	} {
		table := begun(t, 1)
		th := table.Current()
		table.Wait(c.way, 8, 100)
		table.Expire(99)
		if th.State() != c.way {
			t.Errorf("before its deadline, state %d: want %d", th.State(), c.way)
		}
		end[c.by](table, th)
		for by := range end { // too late
			end[by](table, th)
		}
		if got := int64(th.Frame.AX); got != c.want || th.State() != Ready {
			t.Errorf("%s in state %d: result %d, state %d: want %d and Ready",
				c.by, c.way, got, th.State(), c.want)
		}
	}
}

// A turn ends when another thread is ready, and not otherwise; who has slept is ready then.
func TestTurns(t *testing.T) {
	table := begun(t, 2)
	table.Wait(Sleep, 0, 100)
	table.Yield()
	wantRunning(t, table, 2)
	table.Expire(100)
	wantRunning(t, table, 2)
	table.Yield()
	wantRunning(t, table, 1)
}

// A new thread has the FPU and the FS base of its parent, and no registers yet.
func TestSpawnInherits(t *testing.T) {
	table := begun(t, 1)
	parent := table.Current()
	parent.Frame = Frame{Registers: Registers{R15: 15, AX: 56}, IP: 0x40_1000, SP: 0x7000, SS: 0x23}
	parent.FX.registers[100], parent.FSBase = 9, 0x5000
	child := table.Spawn()
	if child.Frame != (Frame{}) || child.FX != parent.FX || child.FSBase != 0x5000 {
		t.Errorf("the child has %+v, FS base %#x: want no registers, its parent's FS base",
			child.Frame, child.FSBase)
	}
}

// A program begins with all exceptions of the FPU masked.
func TestReset(t *testing.T) {
	table := begun(t, 1)
	if fx := &table.Current().FX; fx.Control != 0x37f || fx.MXCSR != 0x1f80 {
		t.Errorf("the state starts as %+v", fx)
	}
}
