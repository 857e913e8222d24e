package coreos

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/epitaph"
	"skerry/kernel/sim"
	"skerry/msgpass"
)

const (
	hello  = msgpass.TypeFirst + 1
	passes = 100 // that a token makes around the ring of cores
)

// ring passes a token from core to core until it has gone round often enough.
func ring(s *OS) error {
	s.Loop().Lock()
	boot := s.Core().Boot()
	next := s.Loop().Channel(boot.Cores[(int(boot.Core.Index())+1)%len(boot.Cores)])
	if boot.Core == 0 {
		pass(s, next, 0)
	}
	for {
		turn := s.Loop().Turn(kernel.Forever)
		if len(turn.Faults) > 0 {
			return errors.Join(turn.Faults...)
		}
		if turn.Ready == nil {
			continue
		}
		l, h, err := turn.Ready.Next()
		if h == 0 {
			return err
		}
		token := l[0]
		turn.Ready.In.Release(l)
		if token < passes {
			pass(s, next, token+1)
		}
		if token+uint64(len(boot.Cores)) > passes {
			s.Loop().Flush()
			return nil
		}
	}
}

// pass sends the token on, as soon as the channel takes it.
func pass(s *OS, to *msgpass.Channel, token uint64) {
	for {
		if l := to.Out.TrySlot(); l != nil {
			l[0] = token
			to.Out.Publish(l, msgpass.MakeHeader(hello, 8, 0))
			return
		}
		s.Loop().Turn(s.Core().Now().Add(time.Millisecond))
	}
}

// Messages travel round a ring of cores over real channels, though kicks are lost, late and
// doubled.
func TestLoopCarriesMessages(t *testing.T) {
	sim.Seeds(t, 10, func(t *testing.T, seed uint64) {
		sim.Run(t, sim.Config{
			Cores: 5, Seed: seed, Args: []string{"ring"},
			Faults: sim.Faults{
				Jitter: time.Millisecond, KickLost: 0.2, KickDoubled: 0.2, KickLate: 0.2,
			},
		}, Program(App{Name: "ring", Run: ring, OwnsLoop: true}))
	})
}

// A death is told once per life, after the dead core's last messages were received, and the next
// life is connected to. A loop that reports deaths at once is found: it loses messages.
func TestLoopBuriesAfterTheLastMessage(t *testing.T) {
	if err := liveAndDie(t, 0, false); err != nil {
		t.Error(err)
	}
	for seed := range uint64(20) {
		if err := liveAndDie(t, seed, true); err != nil {
			t.Log("a hasty loop:", err)
			return
		}
	}
	t.Error("a loop that reports deaths at once is not found in 20 runs")
}

// lives is how often the victim lives, words how many messages it sends in each life.
const lives, words = 3, 10

// liveAndDie runs a victim that sends and dies, and a survivor, and returns what the survivor finds
// wrong.
func liveAndDie(t *testing.T, seed uint64, hasty bool) (found error) {
	app := App{Name: "test", OwnsLoop: true, Run: func(s *OS) error {
		s.Loop().Lock()
		if s.Core().Boot().Core != 0 {
			return victim(s)
		}
		if hasty {
			s.loop.core = hastyCore{s.core, s.loop}
		}
		found = survivor(s)
		return found
	}}
	sim.Run(t, sim.Config{Cores: 2, Seed: seed, Args: []string{"test"}, Panics: true},
		Program(app))
	return found
}

// hastyCore plants a bug in a loop: a channel goes down as soon as the peer's death is known.
type hastyCore struct {
	kernel.Core
	loop *Loop
}

func (h hastyCore) Notice() (kernel.Notice, bool) {
	n, ok := h.Core.Notice()
	if ok {
		h.loop.Channel(n.Core).PeerDied(n.Incarnation)
	}
	return n, ok
}

// survivor receives what the victim sends and starts it again. It returns an error if a death comes
// before the last message.
func survivor(s *OS) error {
	got := 0
	for deaths := 0; deaths < lives; {
		turn := s.Loop().Turn(kernel.Forever)
		if turn.Ready != nil {
			l, _, err := turn.Ready.Next()
			if err != nil {
				return err
			}
			turn.Ready.In.Release(l)
			got++
		}
		for _, d := range turn.Deaths {
			deaths++
			if got != words*deaths || d.Incarnation != uint64(deaths) {
				return fmt.Errorf("death of life %d after %d messages: want life %d, %d messages",
					d.Incarnation, got, deaths, words*deaths)
			}
			if deaths < lives {
				if err := s.Core().Start(d.Core); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// victim sends, and dies at once.
func victim(s *OS) error {
	for len(s.Loop().Turn(kernel.Forever).Up) == 0 {
	}
	for i := range uint64(words) {
		pass(s, s.Loop().Channel(0), i)
	}
	return errors.New("enough")
}

// A death that is told when the next life has sent messages already costs none of these, and comes
// before the next of them; each death is told once, and there are no faults. A loop that drops the
// channel for it is found.
func TestLoopBuriesLate(t *testing.T) {
	found := false
	for seed := range uint64(20) {
		if err := hearLate(t, seed, false); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		found = found || hearLate(t, seed, true) != nil
	}
	if !found {
		t.Error("a loop that drops the next life's channel is not found")
	}
}

// hearLate runs a victim that sends and dies, and a survivor that hears of it late.
func hearLate(t *testing.T, seed uint64, drop bool) (found error) {
	app := App{Name: "test", OwnsLoop: true, Run: func(s *OS) error {
		s.Loop().Lock()
		if s.Core().Boot().Core != 0 {
			return victim(s)
		}
		s.loop.core = &lateCore{Core: s.core, loop: s.loop, drop: drop}
		found = hearAll(s)
		return found
	}}
	sim.Run(t, sim.Config{Cores: 2, Seed: seed, Args: []string{"test"}, Panics: true},
		Program(app))
	return found
}

// lateCore starts cores that died again, and tells of the death when the next life has sent
// something. It can plant a bug in a loop: the channel goes down for it.
type lateCore struct {
	kernel.Core
	loop *Loop
	held []kernel.Notice
	drop bool
}

func (c *lateCore) Notice() (kernel.Notice, bool) {
	if n, ok := c.Core.Notice(); ok && n.Incarnation < lives && c.Start(n.Core) == nil {
		c.held = append(c.held, n)
	}
	if len(c.held) == 0 {
		return kernel.Notice{}, false
	}
	n, channel := c.held[0], c.loop.Channel(c.held[0].Core)
	_, life := channel.Epoch()
	if _, h := channel.In.Peek(); h == 0 || life == n.Incarnation {
		return kernel.Notice{}, false
	}
	c.held = c.held[1:]
	if c.drop {
		channel.PeerDied(lives)
	}
	return n, true
}

// hearAll receives what all lives of the victim send, and hears of the death of all but the last.
func hearAll(s *OS) error {
	got, deaths := 0, uint64(0)
	for got < words*lives || deaths < lives-1 {
		turn := s.Loop().Turn(s.Core().Now().Add(time.Second))
		if turn.quiet() {
			return fmt.Errorf("%d messages, %d deaths: want %d, %d", got, deaths, words*lives,
				lives-1)
		}
		if len(turn.Faults) > 0 {
			return errors.Join(turn.Faults...)
		}
		if len(turn.Deaths) > 0 && turn.Ready != nil {
			return errors.New("a turn brings a death and a message: want them one after the other")
		}
		for _, d := range turn.Deaths {
			if deaths++; d.Incarnation != deaths {
				return fmt.Errorf("death of life %d: want %d", d.Incarnation, deaths)
			}
		}
		if turn.Ready != nil {
			l, _, err := turn.Ready.Next()
			if err != nil {
				return err
			}
			turn.Ready.In.Release(l)
			got++
		}
	}
	return nil
}

// apart is a core of a machine whose cores 0 and 2 share no window.
type apart struct{ kernel.Core }

func (a apart) Window(peer kernel.CoreID) ([]byte, error) {
	if own := a.Boot().Core; peer+own == 2 && peer != own {
		return nil, kernel.ErrNoWindow
	}
	return a.Core.Window(peer)
}

// A core that shares no window with another simply has no channel to it. It talks to those that it
// has, and hears of the death of all.
func TestLoopWithoutWindow(t *testing.T) {
	app := App{Name: "test", OwnsLoop: true, Run: func(s *OS) error {
		s.Loop().Lock()
		boot := s.Core().Boot()
		if boot.Core == 2 {
			return visit(s)
		}
		if boot.Core == 0 && s.Loop().Channel(2) != nil {
			t.Error("core 0 has a channel to core 2: want none")
		}
		deaths := map[kernel.CoreID]int{}
		for deaths[2] == 0 {
			turn := s.Loop().Turn(kernel.Forever)
			for _, d := range turn.Deaths {
				deaths[d.Core] += 1 + d.Lost
			}
			if turn.Ready != nil {
				l, _, _ := turn.Ready.Next()
				turn.Ready.In.Release(l)
			}
		}
		if deaths[2] != 1 {
			t.Errorf("%v is told of the death %d times: want once", boot.Core, deaths[2])
		}
		return nil
	}}
	ends := sim.Run(t, sim.Config{Cores: 3, Args: []string{"test"}, Panics: true},
		func(core kernel.Core) error { return Program(app)(apart{core}) })
	if ends[0].Cause != epitaph.Exited || ends[1].Cause != epitaph.Exited {
		t.Errorf("ends %v: want only the visitor dead of something", ends)
	}
}

// visit sends a message to core 1 and dies.
func visit(s *OS) error {
	for len(s.Loop().Turn(kernel.Forever).Up) == 0 {
	}
	pass(s, s.Loop().Channel(1), 0)
	s.Loop().Flush()
	return errors.New("enough")
}

// Another goroutine hears in place of a loop that sleeps; what was wrong the loop tells when it
// wakes up.
func TestLoopThatSleepsIsHeardFor(t *testing.T) {
	heard := 0
	app := App{Name: "test", OwnsLoop: true, Run: func(s *OS) error {
		s.Loop().Lock()
		defer s.Loop().Unlock()
		peer := s.Loop().Channel(1 - s.Core().Boot().Core)
		for !peer.Up() {
			s.Loop().Turn(kernel.Forever)
		}
		if s.Core().Boot().Core == 0 {
			// The other one sleeps by then. Nobody has bound the type of the message.
			s.Loop().Turn(s.Core().Now().Add(150 * time.Millisecond))
			pass(s, peer, 0)
			s.Loop().Flush()
			s.Loop().Turn(s.Core().Now().Add(time.Minute))
			return nil
		}
		go func() {
			for range 10_000 {
				time.Sleep(100 * time.Microsecond)
				s.Loop().Lock()
				s.Loop().Hear()
				heard += len(s.Loop().faults)
				s.Loop().Unlock()
			}
		}()
		turn := s.Loop().Turn(s.Core().Now().Add(10 * time.Second))
		if len(turn.Faults) != 1 || !errors.Is(turn.Faults[0], msgpass.ErrProtocol) {
			t.Errorf("the turn brought %+v: want what is wrong with the message", turn)
		}
		return nil
	}}
	sim.Run(t, sim.Config{
		Cores: 2, Args: []string{"test"}, Faults: sim.Faults{KickLost: 1},
	}, Program(app))
	if heard == 0 {
		t.Error("the loop was not asleep: want its fault noted for it")
	}
}
