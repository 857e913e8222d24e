package signal

import (
	"fmt"
	"runtime"
	"testing"

	"skerry/kernel/errno"
	"skerry/kernel/phys"
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

// context returns the one on the stack of the running thread, or nil.
func (r *rig) context() *context {
	var f frame
	if !r.space.CopyIn(phys.BytesOf(&f)[contextOffset:infoOffset], r.th.Frame.SP) {
		return nil
	}
	return &f.context
}

// after is a return that then changes the thread by what the frame said.
func after(change func(*thread.Thread, *context)) returner {
	return func(r *rig) Number {
		c := r.context()
		n := sound(r)
		if c != nil && r.th.Frame.Vector == thread.VectorResume {
			change(r.th, c)
		}
		return n
	}
}

// rawState is a return that takes the FPU state as it is.
func rawState(r *rig) Number {
	c := r.context()
	n := sound(r)
	if n == 0 && c != nil {
		r.space.CopyIn(phys.BytesOf(&r.th.FX), c.fpu)
	}
	return n
}

// rawPart is a return that restricts the FPU state only if all of it could be read.
func rawPart(r *rig) Number {
	c := r.context()
	n := sound(r)
	if n == 0 && c != nil && c.fpu != 0 && !r.space.CopyIn(phys.BytesOf(&r.th.FX), c.fpu) {
		return 0
	}
	return n
}

// noFrame is a return that goes on as before if there is no frame.
func noFrame(r *rig) Number {
	old, c := r.th.Frame, r.context()
	n := sound(r)
	if c == nil {
		r.th.Frame = old
		r.th.Frame.Vector = thread.VectorResume
		return 0
	}
	return n
}

// Each planted bug is found by random frames, and none without a bug.
func TestPlantedBugsAreFound(t *testing.T) {
	const seeds = 300
	for name, bug := range map[string]returner{
		"restores all flags": after(func(th *thread.Thread, c *context) {
			th.Frame.Flags = c.eflags | 1<<9 | 1<<1
		}),
		"restores IOPL": after(func(th *thread.Thread, c *context) {
			th.Frame.Flags |= c.eflags & (3 << 12)
		}),
		"restores the interrupt flag": after(func(th *thread.Thread, c *context) {
			th.Frame.Flags &= c.eflags | ^uint64(1<<9)
		}),
		"restores CS": after(func(th *thread.Thread, c *context) {
			th.Frame.CS = uint64(c.cs)
		}),
		"restores SS": after(func(th *thread.Thread, c *context) {
			th.Frame.SS = uint64(c.ss)
		}),
		"goes anywhere": after(func(th *thread.Thread, c *context) {
			th.Frame.IP = c.ip
		}),
		"goes on by SYSRET": after(func(th *thread.Thread, c *context) {
			th.Frame.Vector = thread.VectorCall
		}),
		"blocks SIGKILL": after(func(th *thread.Thread, c *context) {
			th.Mask = c.mask
		}),
		"restores all of MXCSR":               rawState,
		"restores MXCSR of half a state":      rawPart,
		"goes on without a frame":             noFrame,
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
		s.one = func(r *rig, _ *thread.Thread, n Number) { soundSender.all(r, n) }
	}),
	"sends to the first thread": with(func(s *sender) {
		s.all = func(r *rig, n Number) { r.signals.Send(&r.table, r.th, n) }
	}),
	"does not end waits": with(func(s *sender) {
		s.one = func(r *rig, th *thread.Thread, n Number) { th.Pending |= n.bit() }
	}),
	"ends waits for ignored signals": with(func(s *sender) {
		s.one = func(r *rig, th *thread.Thread, n Number) {
			r.signals.Send(&r.table, th, n)
			r.table.Wake(th, errno.EINTR)
		}
	}),
	"ends all waits": with(func(s *sender) {
		s.all = func(r *rig, n Number) {
			soundSender.all(r, n)
			for id := range thread.ID(modelThreads) {
				r.table.Wake(r.table.Get(id+1), errno.EINTR)
			}
		}
	}),
	"delivers what is blocked": with(func(s *sender) {
		s.deliver = func(r *rig) Number {
			r.table.Current().Mask = 0
			return soundSender.deliver(r)
		}
	}),
	"delivers twice": with(func(s *sender) {
		s.deliver = func(r *rig) Number {
			pending := r.table.Current().Pending
			ended := soundSender.deliver(r)
			r.table.Current().Pending |= pending & r.table.Current().Mask
			return ended
		}
	}),
	"delivers one at a time": with(func(s *sender) {
		s.deliver = func(r *rig) Number {
			th := r.table.Current()
			rest := th.Pending & (th.Pending - 1)
			th.Pending ^= rest
			ended := soundSender.deliver(r)
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
