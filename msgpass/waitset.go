package msgpass

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"skerry/kernel"
)

// WaitSet polls many channels, and other sources of work, and sleeps when there is nothing to do.
//
// Going to sleep and waking somebody up is the one place where two cores each write one word and
// then read the other's:
//
//	receiver, before it sleeps          sender, once per turn of its loop
//	sleeping flag = 1                   messages published
//	fence                               fence
//	poll all channels once more         read the sleeping flag of each receiver
//	nothing: wait for a kick            set: kick it
//
// With both fences, at least one of the two sees what the other wrote (test/model/sleepwake.pml). A
// fence costs more than a message, so the sender has one per turn, in Flush, and not one per
// message.
type WaitSet struct {
	core     kernel.Core
	channels []*Channel
	lines    []*Line        // for each channel, where its next message will come: see look
	last     int            // the channel that Poll returned last
	turn     int            // the channel that lookNext looked at last
	budget   time.Duration  // how long to spin before sleeping
	pauses   int            // how many polls in a spin have one pause
	bound    kernel.Instant // no sleep lasts longer
	late     bool           // a channel has something that waits for room
	asleep   bool           // waits for a kick
	lock     sync.Locker    // see Share
	sources  []Source
	fence    uint64
}

// NewWaitSet returns an empty wait set of a core.
func NewWaitSet(core kernel.Core) *WaitSet {
	w := &WaitSet{core: core, budget: core.Boot().WakeCost, pauses: 1}
	if w.budget > 0 && !pausesAreCheap(core) {
		w.pauses = spinPolls
	}
	return w
}

// pausesAreCheap tells whether a pause takes about as long as a poll. An emulated processor leaves
// its translated code for one, and takes several times as long. Others that run meanwhile may make
// a try longer.
func pausesAreCheap(core kernel.Core) bool {
	for range pauseTries {
		start := core.Now()
		for range spinPolls {
			Pause()
		}
		if core.Now().Sub(start) < pausesMax {
			return true
		}
	}
	return false
}

// Share lets other goroutines use the channels too, under a lock that the caller of Wait holds:
// Wait gives the lock up while it yields or sleeps. They may send; only the caller of Wait
// receives.
func (w *WaitSet) Share(lock sync.Locker) { w.lock = lock }

// Add adds a channel. Error: ChannelsMax are in the set.
func (w *WaitSet) Add(c *Channel) error {
	if len(w.channels) == ChannelsMax {
		return fmt.Errorf("msgpass: wait set has %d channels: want at most %d", ChannelsMax,
			ChannelsMax)
	}
	w.channels = append(w.channels, c)
	w.lines = append(w.lines, nil)
	w.last = len(w.lines) - 1
	w.look(w.last)
	return nil
}

// Source is something that a wait set polls besides channels, such as a device.
type Source interface {
	// Poll does a bounded amount of work and tells whether there was any. The caller of Wait holds
	// the lock of Share; Poll may give it up in between.
	Poll() bool

	// Arm has the core kicked when there is work again; false: there is some already.
	Arm() bool
}

// AddSource adds a source.
func (w *WaitSet) AddSource(s Source) { w.sources = append(w.sources, s) }

// Poll returns a channel that holds a message, or nil. It begins behind the one that it returned
// last, so that no channel starves another. A message on a channel that came up, or was received
// from without Poll or Wait having returned it, may be found by Wait only: at once if there is no
// other, or else after as many Waits as there are channels.
func (w *WaitSet) Poll() *Channel {
	if len(w.channels) == 0 {
		return nil
	}
	w.look(w.last)
	if c := w.poll(w.last+1, len(w.channels)); c != nil {
		return c
	}
	return w.poll(0, w.last+1)
}

// poll looks at the lines where the next messages of some channels will come.
func (w *WaitSet) poll(from, to int) *Channel {
	for i, l := range w.lines[from:to] {
		if l.header() != 0 && w.look(from+i) {
			w.last = from + i
			return w.channels[from+i]
		}
	}
	return nil
}

// look notes where the next message of channel i will come, and tells whether it is there.
func (w *WaitSet) look(i int) bool {
	l, h := w.channels[i].In.Peek()
	w.lines[i] = l
	return h != 0
}

// lookAll does so for all channels: some may have come up, gone down, or been received from.
func (w *WaitSet) lookAll() {
	for i := range w.channels {
		w.look(i)
	}
}

// lookNext looks at one channel. Without it, one that Poll has a wrong note of would starve while
// others always have messages.
func (w *WaitSet) lookNext() {
	if len(w.channels) == 0 {
		return
	}
	w.turn = (w.turn + 1) % len(w.channels)
	w.look(w.turn)
}

// Flush kicks the peers that were sent something since the last Flush and are asleep, and lets
// rings grow that refuse again and again. A core's loop calls it once per turn; Wait calls it too.
// A message is seen by a peer that polls without it.
func (w *WaitSet) Flush() {
	w.late = false
	sent := false
	for _, c := range w.channels {
		c.Out.relieve()
		if c.late {
			c.catchUp()
			w.late = w.late || c.late
		}
		sent = sent || c.flushed != c.Out.head
	}
	if !sent {
		return
	}
	fullFence(&w.fence) // behind all that was sent above, too
	for _, c := range w.channels {
		if c.flushed != c.Out.head {
			c.wake()
		}
	}
}

// Flush is WaitSet.Flush for one channel, with a fence of its own.
func (c *Channel) Flush() {
	c.Out.relieve()
	if c.flushed != c.Out.head {
		fullFence(&c.fence)
		c.wake()
	}
}

// wake kicks the peer if it sleeps. Between the messages and this stands a fence.
func (c *Channel) wake() {
	c.flushed = c.Out.head
	// ORDER: after the fence, which is after the messages; pairs with setSleeping.
	if atomic.LoadUint64(c.sleeps[1]) != 0 {
		c.core.Kick(c.peer)
	}
}

// Wait returns a channel that holds a message, as soon as there is one. It returns nil at the
// deadline, and earlier if a source had work, or the core was kicked for another reason: a channel
// may be about to come up, or a death notice has come. It spins first, for about as long as
// sleeping costs, which at worst doubles the cost of a wait; other goroutines run meanwhile.
func (w *WaitSet) Wait(deadline kernel.Instant) *Channel {
	worked := w.work()
	w.Flush()
	w.lookNext()
	if c := w.Poll(); c != nil {
		return c
	}
	w.lookAll()
	if worked {
		w.outside(runtime.Gosched) // what it brought may be for another goroutine
		return w.Poll()
	}
	if c, done := w.spin(deadline); done {
		return c
	}
	return w.sleep(deadline)
}

// work polls the sources, and tells whether there was work.
func (w *WaitSet) work() (some bool) {
	for _, s := range w.sources {
		some = s.Poll() || some
	}
	return some
}

// spin polls until the budget is used up, or, then it is done, there is something.
func (w *WaitSet) spin(deadline kernel.Instant) (c *Channel, done bool) {
	if w.budget == 0 {
		return nil, false
	}
	until := min(deadline, w.core.Now().Add(w.budget))
	for w.core.Now() < until {
		for i := range spinPolls {
			if c := w.Poll(); c != nil {
				return c, true
			}
			if i%w.pauses == 0 {
				Pause()
			}
		}
		worked := w.work()
		w.Flush()
		if worked {
			return w.Poll(), true
		}
		w.outside(runtime.Gosched)
	}
	return nil, false
}

// Asleep tells whether the caller of Wait sleeps. Else it calls Flush soon, and always before it
// sleeps: so whoever sends meanwhile, under the lock of Share, may leave that to it.
func (w *WaitSet) Asleep() bool { return w.asleep }

// sleep waits for a kick.
func (w *WaitSet) sleep(deadline kernel.Instant) *Channel {
	w.Flush() // what others sent since the last time
	w.setSleeping(1)
	fullFence(&w.fence)
	c := w.Poll()
	if c == nil && w.arm() {
		end := min(deadline, w.sleepEnd())
		w.asleep = true
		w.outside(func() { w.core.Wait(end) })
		w.asleep = false
	}
	w.setSleeping(0)
	if c == nil {
		c = w.Poll()
	}
	return c
}

// arm has the sources kick the core; false: one has work.
func (w *WaitSet) arm() bool {
	for _, s := range w.sources {
		if !s.Arm() {
			return false
		}
	}
	return true
}

// sleepEnd bounds a sleep. It moves on only when it has passed: most sleeps are short, and a new
// deadline costs the driver more than a wait does.
func (w *WaitSet) sleepEnd() kernel.Instant {
	now := w.core.Now()
	if w.late {
		return now.Add(retryAfter)
	}
	if now >= w.bound {
		w.bound = now.Add(sleepMax)
	}
	return w.bound
}

// outside lets other goroutines have the channels while f runs.
func (w *WaitSet) outside(f func()) {
	if w.lock == nil {
		f()
		return
	}
	w.lock.Unlock()
	defer w.lock.Lock() // sim ends a goroutine that waits: then too its callers give the lock back
	f()
}

// setSleeping tells the peers whether they have to kick this core.
func (w *WaitSet) setSleeping(flag uint64) {
	for _, c := range w.channels {
		storeOrdered(c.sleeps[0], flag) // ORDER: before the fence in sleep; pairs with Flush.
	}
}

// fullFence lets no load pass that comes after it before all stores that come before it are
// visible. The word is its own.
func fullFence(word *uint64) {
	// ORDER: an exchange is a full barrier (AMD64 manual, volume 2, 7.4.2); pairs with the other
	// end's.
	atomic.SwapUint64(word, 0)
}
