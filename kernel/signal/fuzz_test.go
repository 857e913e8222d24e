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

func sound(r *rig) Number { return r.comeBack(r.th) }

// framesAt returns where a frame may be found, and statesAt where its FPU state.
func (r *rig) framesAt() []uint64 {
	return []uint64{
		r.top() - 0x1000, r.top() - 304, r.top() - 303, r.top() - 8, r.stack + page - 100,
		0, 8, r.alt + 1, layout.UserEnd - 8, 1<<47 - 100, 1 << 47, 1<<64 - 8, layout.DirectMap,
		layout.Driver,
	}
}

func (r *rig) statesAt() []uint64 {
	return []uint64{
		0, r.top() - 0x1000, r.top() - 0x1000 + 3, r.top() - 512, r.top() - 100,
		layout.UserEnd - 100, 1<<47 - 256, 1 << 63, 1<<64 - 256, layout.DirectMap, layout.Driver,
	}
}

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
	r.useAlt()
	var memory [1024]byte
	copy(memory[:], data[min(2, len(data)):])
	binary.LittleEndian.PutUint64(memory[40+184:], at(1, r.statesAt()))
	put(r.top()-0x1000, memory)
	f := &r.th.area.Frame
	f.SP = at(0, r.framesAt())
	put(f.SP, [contextBytes]byte(memory[:]))
	c, isFrame := get[context](f.SP)
	_, isState := get[thread.FX](c.fpu)
	isFrame = isFrame && (isState || c.fpu == 0)
	if n := do(r); n != 0 {
		if n != SIGSEGV {
			t.Fatalf("signal %d ends the process: want SIGSEGV", n)
		}
		return
	}
	wantUser(t, r.th)
	if !isFrame && f.IP != handlerAt+uint64(SIGSEGV)*16 {
		t.Fatalf("without a frame the thread goes on at %#x: want a SIGSEGV", f.IP)
	}
}

// placesMax is not less than there are places.
const placesMax = 14

// random returns a place and a frame of random words, some of them addresses of the instance.
func random(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	data := []byte{byte(r.IntN(2 * placesMax)), byte(r.IntN(2 * placesMax))}
	for range 100 {
		w := r.Uint64() >> (r.Uint32() % 64)
		if r.IntN(3) == 0 {
			w = handlerAt + w%page
		}
		data = binary.LittleEndian.AppendUint64(data, w)
	}
	return data
}

// Whatever a frame says, the thread goes on inside of the instance, or not at all.
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
