package signal

import (
	"fmt"
	"runtime"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// notebook is a test that takes note of its first failure rather than fail.
type notebook struct {
	testing.TB
	failure string
}

func (n *notebook) Fatal(args ...any) {
	n.failure = fmt.Sprint(args...)
	runtime.Goexit()
}

func (n *notebook) Fatalf(format string, args ...any) { n.Fatal(fmt.Sprintf(format, args...)) }

// failureOf returns how a check fails, or "".
func failureOf(t testing.TB, check func(testing.TB)) string {
	n := &notebook{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		check(n)
	}()
	<-done
	return n.failure
}

// after is a return that then changes the thread by what the frame said.
func after(change func(*actor, *context)) returner {
	return func(r *rig) Number {
		c, ok := get[context](r.th.area.Frame.SP)
		n := sound(r)
		if ok && r.th.area.Frame.Vector == thread.VectorResume {
			change(r.th, &c)
		}
		return n
	}
}

// noFrame is a return that goes on as before if there is no frame.
func noFrame(r *rig) Number {
	f := &r.th.area.Frame
	old := *f
	_, ok := get[context](f.SP)
	n := sound(r)
	if !ok {
		*f = old
		f.Vector = thread.VectorResume
		return 0
	}
	return n
}

// noState is a return that goes on without an FPU state that is no memory.
func noState(r *rig) Number {
	f := &r.th.area.Frame
	c, ok := get[context](f.SP)
	n := sound(r)
	if ok && c.ip < layout.UserEnd && f.IP != c.ip {
		f.IP = c.ip
	}
	return n
}

// Each planted bug is found by random frames, and none without a bug.
func TestPlantedBugsAreFound(t *testing.T) {
	const seeds = 300
	for name, bug := range map[string]returner{
		"goes anywhere":  after(func(th *actor, c *context) { th.area.Frame.IP = c.ip }),
		"blocks SIGKILL": after(func(th *actor, c *context) { th.Mask = c.mask }),
		"goes on as a call": after(func(th *actor, _ *context) {
			th.area.Frame.Vector = thread.VectorCall
		}),
		"goes on without a frame":             noFrame,
		"goes on without a state":             noState,
		"ends by the signal of another cause": func(r *rig) Number { return sound(r) * 7 },
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(seeds) {
				failure := failureOf(t, func(t testing.TB) {
					comeBackWith(t, bug, random(seed))
				})
				if failure != "" {
					t.Logf("seed %d: %s", seed, failure)
					return
				}
			}
			t.Errorf("not found under %d seeds", seeds)
		})
	}
	for seed := range uint64(seeds) {
		comeBackWith(t, sound, random(seed))
	}
}

// with returns a sender with one bug.
func with(plant func(*sender)) sender {
	s := soundSender
	plant(&s)
	return s
}

// plantedSenders has the bugs by what they do.
var plantedSenders = map[string]sender{
	"sends to another thread": with(func(s *sender) {
		s.one = func(r *rig, _ *actor, n Number) { r.sendAll(n) }
	}),
	"sends to the first thread": with(func(s *sender) {
		s.all = func(r *rig, n Number) { r.send(r.th, n) }
	}),
	"does not end waits": with(func(s *sender) {
		s.one = func(r *rig, th *actor, n Number) { r.signals.Send(&th.Thread, n) }
	}),
	"ends waits for ignored signals": with(func(s *sender) {
		s.one = func(r *rig, th *actor, n Number) {
			r.send(th, n)
			th.interrupt()
		}
	}),
	"keeps what is ignored": with(func(s *sender) {
		s.all = func(r *rig, n Number) {
			r.sendAll(n)
			r.signals.SendAll(n, true)
		}
	}),
	"ends all waits": with(func(s *sender) {
		s.all = func(r *rig, n Number) {
			r.sendAll(n)
			for _, th := range r.threads {
				th.interrupt()
			}
		}
	}),
	"delivers what is blocked": with(func(s *sender) {
		s.deliver = func(r *rig, th *actor) Number {
			th.Mask = 0
			return r.deliver(th)
		}
	}),
	"delivers twice": with(func(s *sender) {
		s.deliver = func(r *rig, th *actor) Number {
			pending := th.Pending
			ended := r.deliver(th)
			th.Pending |= pending & th.Mask
			return ended
		}
	}),
	"delivers one at a time": with(func(s *sender) {
		s.deliver = func(r *rig, th *actor) Number {
			rest := th.Pending & (th.Pending - 1)
			th.Pending ^= rest
			ended := r.deliver(th)
			th.Pending |= rest
			return ended
		}
	}),
}

// Each planted bug in sending or delivery differs from the model under some seed.
func TestPlantedSendersAreFound(t *testing.T) {
	const seeds = 50
	for name, bug := range plantedSenders {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(seeds) {
				failure := failureOf(t, func(t testing.TB) { playSignals(t, bug, random(seed)) })
				if failure != "" {
					t.Logf("seed %d: %s", seed, failure)
					return
				}
			}
			t.Errorf("not found under %d seeds", seeds)
		})
	}
	for seed := range uint64(seeds) {
		playSignals(t, soundSender, random(seed))
	}
}
