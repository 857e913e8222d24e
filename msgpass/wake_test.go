package msgpass

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/hosted"
)

// TestMain makes this test's binary a core of a hosted machine, or the tests.
func TestMain(m *testing.M) {
	if !hosted.Booted() {
		os.Exit(m.Run())
	}
	core, err := hosted.Attach()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := beAwake(core); err != nil {
		core.Die(err.Error())
	}
}

const (
	// naps is how many sleeps are tried; each takes some 10 µs of a processor.
	naps, napsShort = 1_000_000, 20_000

	// lostMax ends a run with planted bugs: each lost wake-up takes up to sleepMax.
	lostMax = 2

	// delayBits bounds the time that each side lets pass: about what going to sleep takes.
	delayBits = 7
)

// The ways in which core 1 tells core 0 that there is an answer, and core 0 goes to sleep.
const (
	sound     = "sound"     // Channel.Flush; WaitSet.Wait
	backlogs  = "backlogs"  // WaitSet.Flush, by which the answer is sent; WaitSet.Wait
	forgetful = "forgetful" // planted: forgetfulWait
	hasty     = "hasty"     // planted: as backlogs, by hastyFlush
)

// enough ends the conversation.
const enough = ^uint64(0)

// beAwake is the program of both cores: core 0 asks and sleeps until the answer, core 1 answers.
// Both take a random time, so that the answer meets core 0 at each step of going to sleep.
func beAwake(core kernel.Core) error {
	args := core.Boot().Args
	count, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	c, err := Open(core, 1-core.Boot().Core)
	if err != nil {
		return err
	}
	for !c.Up() {
		if _, err := c.Connect(); err != nil {
			return err
		}
		core.Wait(core.Now().Add(sleepMax))
	}
	if core.Boot().Core == 1 {
		return answer(c, tellers()[args[0]])
	}
	n := &napper{Core: core, channel: c}
	if err := n.ask(count, args[0] == forgetful); err != nil {
		return err
	}
	fmt.Printf("%d %d %d\n", n.sleeps, n.late, n.lost)
	return nil
}

// tellers returns how core 1 sends an answer and flushes, by the way.
func tellers() map[string]func(c *Channel, word uint64) {
	tell := func(c *Channel, word uint64) {
		send(c, word)
		c.Flush()
	}
	return map[string]func(*Channel, uint64){
		sound: tell, forgetful: tell,
		backlogs: tellFromBacklog((*WaitSet).Flush), hasty: tellFromBacklog((*WaitSet).hastyFlush),
	}
}

// tellFromBacklog lets answers wait for room that is there, so that the flush sends them. A channel
// to nobody comes before theirs, and seems to have sent something.
func tellFromBacklog(flush func(*WaitSet)) func(c *Channel, word uint64) {
	var w *WaitSet
	var p *ServerPort
	return func(c *Channel, word uint64) {
		if w == nil {
			nobody, _ := Open(newFakeCore(0, 1, make([]byte, kernel.WindowBytes)), 1)
			w = &WaitSet{channels: []*Channel{nobody, c}}
			p = &ServerPort{port: port{channel: c}, backlog: newBacklog(PayloadBytes)}
		}
		l := p.backlog.in.TrySlot()
		l[0] = word
		p.backlog.in.Publish(l, MakeHeader(testType, 8, 0))
		c.waiting, c.late = append(c.waiting, p), true
		w.channels[0].flushed++
		flush(w)
	}
}

// delay lets some time pass, most often little.
func delay(rng *rand.Rand) {
	for range rng.IntN(1 << rng.IntN(delayBits+1)) {
		Pause()
	}
}

// answer answers each message, and says when it is done with it.
func answer(c *Channel, tell func(*Channel, uint64)) error {
	rng := rand.New(rand.NewPCG(1, 1))
	done := &c.Callers[0].Line()[0] // no call is made
	for {
		l, h, err := c.Next()
		if err != nil {
			return err
		}
		if h == 0 {
			Pause()
			continue
		}
		word := l[0]
		c.In.Release(l)
		if word == enough {
			return nil
		}
		delay(rng)
		tell(c, word)
		storeOrdered(done, word+1) // ORDER: after the kick; pairs with napper.told.
	}
}

// napper is a core that does not spin before it sleeps, and counts its sleeps.
type napper struct {
	kernel.Core
	channel            *Channel
	asked              uint64 // questions
	sleeps, late, lost int
}

func (n *napper) Boot() kernel.BootInfo {
	boot := n.Core.Boot()
	boot.WakeCost = 0
	return boot
}

// Wait counts a wake-up as late or lost if the sleep ended by its bound though a message is there.
// The other core may just be about to kick, for as long as it gets no processor. When it says that
// it is done, there is a kick, or none will ever come.
func (n *napper) Wait(deadline kernel.Instant) bool {
	n.sleeps++
	kicked := n.Core.Wait(deadline)
	if kicked || n.Now() < deadline {
		return kicked
	}
	if _, h := n.channel.In.Peek(); h == 0 {
		return false
	}
	for !n.told() {
		time.Sleep(retryAfter)
	}
	if n.Core.Wait(n.Now()) {
		n.late++
		return true
	}
	n.lost++
	return false
}

// told tells whether core 1 is done with the last question.
func (n *napper) told() bool {
	// ORDER: acquires the kick; pairs with the store in answer.
	return atomic.LoadUint64(&n.channel.Callees[0].Line()[0]) == n.asked
}

// ask asks until it has slept often enough, or lost enough wake-ups.
func (n *napper) ask(count int, forgetful bool) error {
	set := NewWaitSet(n)
	if err := set.Add(n.channel); err != nil {
		return err
	}
	wait := set.Wait
	if forgetful {
		wait = set.forgetfulWait
	}
	rng := rand.New(rand.NewPCG(2, 2))
	for word := uint64(0); n.sleeps < count && n.lost < lostMax; word++ {
		n.asked = word + 1
		send(n.channel, word)
		delay(rng)
		c := wait(kernel.Forever)
		for c == nil {
			c = wait(kernel.Forever)
		}
		l, h, err := c.Next()
		if err != nil || h == 0 || l[0] != word {
			return fmt.Errorf("header %#x, error %v: want the answer %d", uint64(h), err, word)
		}
		c.In.Release(l)
	}
	send(n.channel, enough)
	return nil
}

// forgetfulWait is WaitSet.Wait with a planted bug: it does not poll again between saying that it
// sleeps and sleeping.
func (w *WaitSet) forgetfulWait(deadline kernel.Instant) *Channel {
	w.Flush()
	if c := w.Poll(); c != nil {
		return c
	}
	w.lookAll()
	w.setSleeping(1)
	fullFence(&w.fence)
	w.core.Wait(min(deadline, w.sleepEnd()))
	w.setSleeping(0)
	return w.Poll()
}

// hastyFlush is WaitSet.Flush with a planted bug: one fence, for the first channel that needs it,
// though what is sent on a later one comes after it.
func (w *WaitSet) hastyFlush() {
	fenced := false
	for _, c := range w.channels {
		if c.late {
			c.catchUp()
		}
		if c.flushed == c.Out.head {
			continue
		}
		if !fenced {
			fullFence(&w.fence)
			fenced = true
		}
		c.wake()
	}
}

// nap runs the two cores, and returns how often core 0 slept and how many wake-ups were lost.
func nap(t *testing.T, how string, count int) (sleeps, lost int) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	m, err := hosted.New(hosted.Config{
		Cores: 2, Instance: os.Args[0], Args: []string{how, strconv.Itoa(count)}, Output: write,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = m.Run()
	m.Close()
	write.Close()
	said, _ := io.ReadAll(read)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var late int
	if _, err := fmt.Sscan(string(said), &sleeps, &late, &lost); err != nil {
		t.Fatalf("core 0 said %q: %v", said, err)
	}
	t.Logf("%s: %d sleeps, %d wake-ups late, %d lost", how, sleeps, late, lost)
	return sleeps, lost
}

// load takes a quarter of every processor until the test ends.
func load(t *testing.T) {
	var stop atomic.Bool
	var hogs sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		hogs.Go(func() {
			for !stop.Load() {
				for end := time.Now().Add(time.Millisecond); time.Now().Before(end); {
				}
				time.Sleep(3 * time.Millisecond)
			}
		})
	}
	t.Cleanup(func() {
		stop.Store(true)
		hogs.Wait()
	})
}

// Of a million sleeps that a message of another core ends, on processors that others use too, none
// has no kick when that core is done, however late it gets to it.
func TestNoWakeUpIsLost(t *testing.T) {
	count := naps
	if testing.Short() {
		count = napsShort
	}
	for _, how := range []string{sound, backlogs} {
		t.Run(how, func(t *testing.T) {
			load(t)
			if sleeps, lost := nap(t, how, count); lost != 0 || sleeps < count {
				t.Errorf("%d wake-ups of %d were lost: want none", lost, sleeps)
			}
		})
	}
}

// The test above catches a waiter that forgets to poll again, and a flush that sends behind its
// fence. The latter takes two processors that run at the same moment, which are rare on a machine
// that computes other things: so it may try more than once. Where headers are stored atomically, as
// under the race detector, each is a fence, and that bug does no harm.
func TestLostWakeUpsAreCaught(t *testing.T) {
	for _, how := range []string{forgetful, hasty} {
		t.Run(how, func(t *testing.T) {
			if how == hasty && !plainOrder {
				t.Skip("NOTHING WAS PLANTED: headers are stored atomically here, which is a fence")
			}
			for range 3 {
				if _, lost := nap(t, how, naps); lost > 0 {
					return
				}
			}
			t.Error("no wake-up was lost")
		})
	}
}
