package msgpass

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

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
	// naps is how many sleeps are tried; each takes some 10 µs.
	naps, napsShort = 1_000_000, 20_000

	// lostMax ends a run with planted bugs: each lost wake-up takes twice sleepMax.
	lostMax = 2

	// delayPauses bounds the time that a reply is held back: about what going to sleep takes.
	delayPauses = 120
)

// enough ends the conversation.
const enough = ^uint64(0)

// beAwake is the program of both cores: core 0 asks and sleeps until the answer, core 1 answers
// after a random time, so that its message meets core 0 at each step of going to sleep.
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
		return answer(c)
	}
	n := &napper{Core: core, channel: c}
	if err := n.ask(count, args[0] == "forgetful"); err != nil {
		return err
	}
	fmt.Printf("%d %d\n", n.sleeps, n.lost)
	return nil
}

// answer answers each message.
func answer(c *Channel) error {
	rng := rand.New(rand.NewPCG(1, 1))
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
		for range rng.IntN(delayPauses) {
			Pause()
		}
		send(c, word)
		c.Flush()
	}
}

// napper is a core that does not spin before it sleeps, and counts its sleeps.
type napper struct {
	kernel.Core
	channel      *Channel
	sleeps, lost int
}

func (n *napper) Boot() kernel.BootInfo {
	boot := n.Core.Boot()
	boot.WakeCost = 0
	return boot
}

// Wait counts a wake-up as lost if a message is there at the end of the sleep and no kick comes,
// not even late.
func (n *napper) Wait(deadline kernel.Instant) bool {
	n.sleeps++
	kicked := n.Core.Wait(deadline)
	if kicked || n.Now() < deadline {
		return kicked
	}
	if _, h := n.channel.In.Peek(); h != 0 && !n.Core.Wait(n.Now().Add(sleepMax)) {
		n.lost++
	}
	return false
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
	for word := uint64(0); n.sleeps < count && n.lost < lostMax; word++ {
		send(n.channel, word)
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
	if _, err := fmt.Sscan(string(said), &sleeps, &lost); err != nil {
		t.Fatalf("core 0 said %q: %v", said, err)
	}
	t.Logf("%s: %d sleeps, %d wake-ups lost", how, sleeps, lost)
	return sleeps, lost
}

// Of a million sleeps that a message of another core ends, none ends by the bound of a sleep
// instead.
func TestNoWakeUpIsLost(t *testing.T) {
	count := naps
	if testing.Short() {
		count = napsShort
	}
	if sleeps, lost := nap(t, "sound", count); lost != 0 || sleeps < count {
		t.Errorf("%d wake-ups of %d were lost: want none", lost, sleeps)
	}
}

// The test above catches a waiter that forgets to poll again.
func TestForgetfulWaiterIsCaught(t *testing.T) {
	if _, lost := nap(t, "forgetful", naps); lost == 0 {
		t.Error("no wake-up was lost")
	}
}
