package net

import (
	"testing"
	"time"
)

// A stack's clock shows the time of the loop's turn, and goes on while the loop sleeps. One that
// nobody tells of that is found.
func TestClock(t *testing.T) {
	life := newRig(t, 1, static(), 0).lives[0]
	await(t, "the machine's address", func() bool { return ready(life) })
	n := life.node
	n.loop.Lock() // so the loop is at no other turn
	defer n.loop.Unlock()
	pause := func() time.Duration {
		before := n.stack.clock.NowMonotonic()
		time.Sleep(2 * clockStep)
		return n.stack.clock.NowMonotonic().Sub(before)
	}
	for _, planted := range []bool{false, true} {
		for n.Poll(); !n.stack.clock.turns.Load(); n.Poll() { // it may have given the lock up
		}
		if passed := pause(); passed != 0 {
			t.Errorf("%v passed in a turn: want none", passed)
		}
		if !planted {
			n.Arm()
		}
		if passed := pause(); (passed == 0) != planted {
			t.Errorf("planted %v: %v passed while the loop sleeps: want some, if not", planted,
				passed)
		}
	}
}
