package msgpass

import (
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"skerry/kernel"
)

// guardedWindow returns a window between pages that nobody may touch: a read or write outside
// faults.
func guardedWindow(t testing.TB) []byte {
	t.Helper()
	page := os.Getpagesize()
	all, err := syscall.Mmap(-1, 0, kernel.WindowBytes+2*page, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANONYMOUS)
	if err != nil {
		t.Fatal(err)
	}
	for _, guard := range [][]byte{all[:page], all[page+kernel.WindowBytes:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { syscall.Munmap(all) })
	return all[page : page+kernel.WindowBytes : page+kernel.WindowBytes]
}

// survive lets an honest end and a hostile one take turns, each life of which ends when it is found
// out or after a while, then kills the last one, and requires that an honest life is connected.
func survive(t *testing.T, w []byte, data []byte) (faults int) {
	clear(w[:offPool0])
	in := &script{data}
	own := kernel.CoreID(in.byte() % 2)
	v, bad := newVictim(t, w, own), newVandal(t, w, 1-own, 1)
	connect(t, v.Channel, bad.Channel)
	for steps := 0; !in.done() && steps < stepsMax; steps++ {
		bad.step(in.byte(), in.byte(), in.byte())
		if steps%3 != 0 {
			continue
		}
		fault := v.turn()
		if fault && (v.Up() || v.Out.TrySlot() != nil) {
			t.Fatal("the channel is up after the peer broke the protocol")
		}
		if !fault && steps%64 != 0 {
			continue
		}
		bad = newVandal(t, w, 1-own, bad.life+1)
		v.PeerDied(bad.life - 1)
	}
	next := open(t, w, 1-own, own, bad.life+1)
	v.PeerDied(bad.life)
	if err := (heir{v.Channel, next}).settle(); err != nil {
		t.Fatalf("the next life: %v", err)
	}
	return v.faults
}

// Whatever a peer writes into the window between two operations of an end, that end does not panic,
// touches nothing outside the window, and drops the channel if it finds the protocol broken; the
// peer's next life is connected.
func FuzzHostilePeer(f *testing.F) {
	f.Add([]byte{0, 1, 0, 40, 1, 30, 31})
	f.Add(bytesOf(80, 1, 3, 0, 2, 9, 17, 0, 2, 0, 3, 8, 25))
	f.Add(bytesOf(50, 0, 1, 33, 28, 1, 34, 29, 1, 35, 31, 2, 16, 40))
	w := guardedWindow(f)
	f.Fuzz(func(t *testing.T, data []byte) { survive(t, w, data) })
}

// random returns what to feed to survive.
func random(seed uint64) []byte {
	rng, data := rand.New(rand.NewPCG(seed, 1)), make([]byte, 3*stepsMax)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	return data
}

// The same holds for random writes; the victim meets sound connections and broken ones.
func TestHostilePeer(t *testing.T) {
	w := guardedWindow(t)
	faults := 0
	for seed := range uint64(200) {
		faults += survive(t, w, random(seed))
	}
	t.Logf("%d lives were found out", faults)
}

// The test above catches an end that trusts a descriptor or a size that it found in the window.
func TestHostilePeerIsSharp(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	for name, plant := range map[string]func(v *victim){
		"trusts a descriptor": func(v *victim) {
			v.open = func(o *Loans, d Descriptor) (Loan, error) {
				return Loan{Bytes: trustingPayload(o, d)}, nil
			}
		},
		"reads a header twice": func(v *victim) {
			v.size = func(Header) int { return v.In.at(v.In.head).header().Size() }
		},
	} {
		caught := false
		for seed := uint64(0); seed < 200 && !caught; seed++ {
			caught = breaks(t, seed, plant)
		}
		if !caught {
			t.Errorf("an end that %s is not caught", name)
		}
	}
}

// breaks tells whether the planted bug panics or faults.
func breaks(t *testing.T, seed uint64, plant func(v *victim)) (broken bool) {
	w := guardedWindow(t)
	v, bad := newVictim(t, w, 0), newVandal(t, w, 1, 1)
	plant(v)
	size := v.size
	v.size = func(h Header) int { // the peer writes between the two reads of a header
		for i := range uint64(ringSlotsMin) {
			v.In.at(v.In.head + i*LineBytes)[headerWord] = uint64(flagPresent | flagContinued)
		}
		v.In.at(v.In.head)[headerWord] = uint64(MakeHeader(testType, sizeMask, 0))
		return size(h)
	}
	connect(t, v.Channel, bad.Channel)
	defer func() {
		if err, ok := recover().(error); ok && err != nil {
			broken = true
		}
	}()
	in := &script{random(seed)}
	for !in.done() {
		bad.step(in.byte(), in.byte(), in.byte())
		if v.turn() {
			v.PeerDied(1)
			bad.PeerDied(1)
		}
	}
	return false
}

const (
	// hostileMeetings is how often an end meets a hostile peer, and how often it finds it out.
	hostileMeetings = 2000

	// hostileTurns bounds the turns that this takes.
	hostileTurns = 5000 * hostileMeetings
)

// While a peer writes anything anywhere at any time, an end goes on: no panic, no fault, no endless
// loop. Again and again it meets the peer's next life, which is as bad.
func TestHostilePeerConcurrently(t *testing.T) {
	for _, own := range []kernel.CoreID{0, 1} {
		w := guardedWindow(t)
		v, bad := newVictim(t, w, own), newVandal(t, w, 1-own, 1)
		var stop atomic.Bool
		var peer sync.WaitGroup
		peer.Go(func() { bad.rampage(uint64(own), &stop) })
		ups, turns := 0, 0
		enough := func() bool { return ups >= hostileMeetings && v.faults >= hostileMeetings }
		for !enough() && turns < hostileTurns {
			up := v.Up()
			fault := v.turn()
			if v.Up() && !up {
				ups++
			}
			if turns++; fault || turns%100 == 0 {
				life := ^uint64(0)
				if turns%7 == 0 {
					life = 1 // told late, of one before
				}
				v.PeerDied(life)
			}
			runtime.Gosched() // with one P, the peer gets its turns too
		}
		stop.Store(true)
		peer.Wait()
		if !enough() {
			t.Errorf("end %d: up %d times, %d faults in %d turns: want %d of both", own, ups,
				v.faults, turns, hostileMeetings)
		}
		next := open(t, w, 1-own, own, 2)
		v.PeerDied(1)
		if err := (heir{v.Channel, next}).settle(); err != nil {
			t.Errorf("end %d, after %d connections and %d faults: %v", own, ups, v.faults, err)
		}
		t.Logf("end %d: %d connections, %d faults, %d turns", own, ups, v.faults, turns)
	}
}
