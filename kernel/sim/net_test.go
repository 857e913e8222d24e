package sim

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/step"
)

// chatter is a step machine that sends numbered messages to the cores around it, and checks what it
// hears of them against what a Net promises.
type chatter struct {
	boot   kernel.BootInfo
	sent   []uint64          // number of the latest message to each core
	heard  map[[2]uint64]int // number of the latest message by core and life
	over   map[uint64]uint64 // the last life of each core that is over
	broken error             // the first promise that was not kept
	full   int               // refusals of Send
	count  int               // messages heard
}

func newChatter(boot kernel.BootInfo) step.Machine {
	return &chatter{
		boot: boot, sent: make([]uint64, len(boot.Cores)),
		heard: map[[2]uint64]int{}, over: map[uint64]uint64{},
	}
}

func (c *chatter) Step(in step.Event, out step.Outbox) {
	switch in.Kind {
	case step.Boot, step.Tick:
		for hop := 1; hop <= 3; hop++ {
			c.send(out, kernel.CoreID((int(c.boot.Core)+hop)%len(c.boot.Cores)))
		}
		out.SetAlarm(in.Now.Add(10 * time.Microsecond))
	case step.Message:
		c.hear(uint64(in.From), in.Body)
	case step.Death:
		c.over[uint64(in.From)] = in.Incarnation
	}
}

func (c *chatter) send(out step.Outbox, to kernel.CoreID) {
	c.sent[to]++
	body := binary.LittleEndian.AppendUint64(nil, c.boot.Incarnation)
	body = binary.LittleEndian.AppendUint64(body, c.sent[to])
	if !out.Send(to, body) {
		c.sent[to]--
		c.full++
	}
}

func (c *chatter) hear(from uint64, body []byte) {
	life, number := binary.LittleEndian.Uint64(body), binary.LittleEndian.Uint64(body[8:])
	last := c.heard[[2]uint64{from, life}]
	switch {
	case c.broken != nil:
	case life <= c.over[from]:
		c.broken = fmt.Errorf("core %d heard core %d in life %d, which is over",
			c.boot.Core, from, life)
	case last > 0 && int(number) != last+1:
		c.broken = fmt.Errorf("core %d heard message %d of core %d after %d: want them in order",
			c.boot.Core, number, from, last)
	}
	c.heard[[2]uint64{from, life}] = int(number)
	c.count++
}

// rough is a machine in which a lot happens.
func rough(seed uint64) Config {
	return Config{
		Cores: 12, Seed: seed, Topology: Clusters(4, time.Microsecond, 9*time.Microsecond), Ring: 2,
		Faults: Faults{
			DeathEvery: 50 * time.Microsecond, DeadFor: 30 * time.Microsecond, Spared: 1,
			Jitter: 25 * time.Microsecond,
		},
	}
}

// Whatever the seed, messages of a pair stay in order without a gap, and none arrives after the
// notice of its sender's death.
func TestNetKeepsItsPromises(t *testing.T) {
	Seeds(t, 30, func(t *testing.T, seed uint64) {
		n := NewNet(rough(seed), newChatter)
		full, lives := 0, uint64(0)
		for range 100 {
			n.Run(20 * time.Microsecond)
			for _, id := range n.ids {
				if c, runs := n.Machine(id).(*chatter); runs && c.broken != nil {
					t.Fatal(c.broken)
				} else if runs {
					full += c.full
				}
			}
		}
		for _, id := range n.ids {
			lives += n.Incarnation(id)
		}
		if full == 0 || lives < 20 {
			t.Errorf("%d refusals, %d lives: want a rougher machine", full, lives)
		}
	})
}

// The check above finds what it is for: a gap, a swap, and a message of a life that is over.
func TestChatterFindsBrokenPromises(t *testing.T) {
	message := func(life, number byte) step.Event {
		body := make([]byte, 16)
		body[0], body[8] = life, number
		return step.Event{Kind: step.Message, From: 1, Body: body}
	}
	death := step.Event{Kind: step.Death, From: 1, Incarnation: 1}
	for name, events := range map[string][]step.Event{
		"gap":        {message(1, 1), message(1, 3)},
		"swap":       {message(1, 2), message(1, 1)},
		"after life": {message(1, 1), death, message(1, 2)},
	} {
		c := newChatter(kernel.BootInfo{}).(*chatter)
		for _, e := range events {
			c.Step(e, nil)
		}
		if c.broken == nil {
			t.Errorf("%s: the check is content", name)
		}
	}
}

// The same seed is the same run, event by event; another seed is another run.
func TestNetIsReplayable(t *testing.T) {
	run := func(seed uint64) uint64 {
		n := NewNet(rough(seed), newChatter)
		n.Run(2 * time.Millisecond)
		return n.Hash()
	}
	if a, b := run(7), run(7); a != b {
		t.Errorf("seed 7 gave hash %#x and then %#x: want the same", a, b)
	}
	if a, b := run(7), run(8); a == b {
		t.Errorf("seeds 7 and 8 both gave hash %#x: want different runs", a)
	}
}

// Messages of different pairs overtake each other, so that protocols can't rely on their order.
func TestNetReordersBetweenChannels(t *testing.T) {
	overtaken := false
	for seed := range uint64(20) {
		var order []kernel.CoreID
		n := NewNet(Config{Cores: 3, Seed: seed, Faults: Faults{Jitter: time.Microsecond}},
			func(boot kernel.BootInfo) step.Machine {
				return machineFunc(func(in step.Event, out step.Outbox) {
					if in.Kind == step.Command {
						out.Send(0, nil)
					} else if in.Kind == step.Message {
						order = append(order, in.From)
					}
				})
			})
		n.Run(time.Millisecond)
		mustCommand(t, n, 1)
		mustCommand(t, n, 2)
		n.Run(time.Millisecond)
		overtaken = overtaken || order[0] == 2
	}
	if !overtaken {
		t.Error("core 2 never overtook core 1 in 20 seeds")
	}
}

// A machine that keeps a body, or an outbox, beyond its step is found out.
func TestNetFindsWhatIsKeptTooLong(t *testing.T) {
	var body []byte
	var kept step.Outbox
	n := NewNet(Config{Cores: 1}, func(kernel.BootInfo) step.Machine {
		return machineFunc(func(in step.Event, out step.Outbox) { body, kept = in.Body, out })
	})
	n.Run(time.Millisecond)
	mustCommand(t, n, 0)
	if string(body) == "go" {
		t.Error("a body that was kept still reads as it did: want it spoilt")
	}
	defer func() {
		if recover() == nil {
			t.Error("an outbox that was kept still works: want a panic")
		}
	}()
	kept.SetAlarm(0)
}

// machineFunc is a step machine without state.
type machineFunc func(step.Event, step.Outbox)

func (f machineFunc) Step(in step.Event, out step.Outbox) { f(in, out) }

func mustCommand(t *testing.T, n *Net, id kernel.CoreID) {
	t.Helper()
	if err := n.Command(id, []byte("go")); err != nil {
		t.Fatal(err)
	}
}
