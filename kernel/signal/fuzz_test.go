package signal

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// A returner is rt_sigreturn, or one with a bug.
type returner func(*rig) Number

func sound(r *rig) Number { return r.signals.Return(&r.space, r.th) }

// Where a frame may be found, and its FPU state.
var (
	framesAt = []uint64{
		stackTop - 0x1000, stackTop - 304, stackTop - 303, stackTop - 8, stackBase + page - 100,
		0, 8, altBase + 1, layout.UserEnd - 8, 1<<47 - 100, 1 << 47, 1<<64 - 8, layout.DirectMap,
		layout.Driver,
	}
	statesAt = []uint64{
		0, stackTop - 0x1000, stackTop - 0x1000 + 3, stackTop - 512, stackTop - 100,
		layout.UserEnd - 100, 1<<47 - 256, 1 << 63, 1<<64 - 256, layout.DirectMap, layout.Driver,
		altBase + altBytes - 26,
	}
)

// comeBackWith returns from a handler with a frame made of data: 2 bytes choose where, the others
// are its memory. It requires that the process goes on within bounds, or ends by SIGSEGV.
func comeBackWith(t testing.TB, do returner, data []byte) {
	r := newRig(t)
	at := func(i int, places []uint64) uint64 {
		if i < len(data) && int(data[i]) < len(places) {
			return places[data[i]]
		}
		return places[0]
	}
	r.catch(SIGSEGV, flagOnStack, 0)
	SetAltStack(r.th, Stack{Base: altBase, Bytes: altBytes})
	var memory [1024]byte
	copy(memory[:], data[min(2, len(data)):])
	binary.LittleEndian.PutUint64(memory[40+184:], at(1, statesAt))
	r.space.CopyOut(altBase+altBytes-26, []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"+
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")) // up to MXCSR
	r.space.CopyOut(stackTop-0x1000, memory[:])
	r.th.Frame.SP = at(0, framesAt)
	copied := r.space.CopyOut(r.th.Frame.SP, memory[:contextBytes])
	old := *r.th
	r.enter()
	switch n := do(r); {
	case n == 0:
		wantUser(t, r.th)
	case n != SIGSEGV:
		t.Fatalf("signal %d ends the process: want SIGSEGV", n)
	}
	th := r.th
	if th.FSBase != old.FSBase || th.ID() != old.ID() || th.State() != thread.Ready {
		t.Fatalf("FS base %#x, thread %d in state %d", th.FSBase, th.ID(), th.State())
	}
	if !copied && th.Frame.IP != handlerAt+uint64(SIGSEGV)*16 {
		t.Fatalf("without a frame the thread goes on at %#x: want a SIGSEGV", th.Frame.IP)
	}
}

// random returns a place and a frame of random words, some of them addresses of the instance.
func random(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	data := []byte{byte(r.IntN(2 * len(framesAt))), byte(r.IntN(2 * len(statesAt)))}
	for range 100 {
		w := r.Uint64() >> (r.Uint32() % 64)
		if r.IntN(3) == 0 {
			w = handlerAt + w%page
		}
		data = binary.LittleEndian.AppendUint64(data, w)
	}
	return data
}

// Whatever a frame says, ring 0 continues the thread as a user's, inside of the instance, or not
// at all.
func FuzzReturn(f *testing.F) {
	f.Add([]byte{})
	f.Add(random(1))
	f.Add(random(2))
	f.Fuzz(func(t *testing.T, data []byte) { comeBackWith(t, sound, data) })
}

// Signals that are sent, blocked, delivered and returned from in any order are handled once each,
// by a thread that may, in the order of a dumb model.
func FuzzSend(f *testing.F) {
	f.Add(random(1)[:60])
	f.Add(random(2)[:200])
	f.Fuzz(func(t *testing.T, data []byte) {
		playSignals(t, soundSender, data[:min(len(data), 2000)])
	})
}
