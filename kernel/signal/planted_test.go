package signal

import (
	"fmt"
	"runtime"
	"testing"

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
func after(change func(*thread.Thread, *context)) returner {
	return func(r *rig) Number {
		var c context
		read := r.space.CopyIn(c.bytes(), r.th.Frame.SP)
		n := sound(r)
		if read && r.th.Frame.Vector == thread.VectorResume {
			change(r.th, &c)
		}
		return n
	}
}

// rawState is a return that takes the FPU state as it is.
func rawState(r *rig) Number {
	var c context
	r.space.CopyIn(c.bytes(), r.th.Frame.SP)
	n := sound(r)
	if n == 0 {
		r.space.CopyIn(r.th.FX[:], c.fpu)
	}
	return n
}

// rawPart is a return that restricts the FPU state only if all of it could be read.
func rawPart(r *rig) Number {
	var c context
	r.space.CopyIn(c.bytes(), r.th.Frame.SP)
	n := sound(r)
	if n == 0 && c.fpu != 0 && !r.space.CopyIn(r.th.FX[:], c.fpu) {
		return 0
	}
	return n
}

// noFrame is a return that goes on as before if there is no frame.
func noFrame(r *rig) Number {
	var c context
	old := r.th.Frame
	n := sound(r)
	if !r.space.CopyIn(c.bytes(), old.SP) {
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
		"blocks SIGKILL":                      after(func(th *thread.Thread, c *context) { th.Mask = c.mask }),
		"restores all of MXCSR":               rawState,
		"restores MXCSR of half a state":      rawPart,
		"goes on without a frame":             noFrame,
		"ends by the signal of another cause": func(r *rig) Number { return sound(r) * 7 },
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(seeds) {
				failure := failureOf(t, func(t testing.TB) { comeBackWith(t, bug, random(seed)) })
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
