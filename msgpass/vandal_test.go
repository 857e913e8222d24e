package msgpass

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"

	"skerry/kernel"
)

// vandal writes into a window what breaks things, and now and then behaves as an honest end does,
// so that the victim comes up.
type vandal struct {
	*Channel
	window []byte
	words  []uint64
	life   uint64
}

func newVandal(t testing.TB, w []byte, own kernel.CoreID, life uint64) *vandal {
	v := &vandal{Channel: open(t, w, own, 1-own, life), window: w, life: life}
	v.words = append(names(w), 1<<63,
		uint64(MakeHeader(typeGrow, 0, 0)), uint64(MakeHeader(typeFurther, 0, 0)|flagContinued),
		uint64(MakeHeader(testType, 8, 0)), uint64(MakeHeader(testType, MessageBytesMax, 0)),
		uint64(MakeHeader(testType, sizeMask, 0)), uint64(MakeHeader(testType, 500, 0)|FlagReply),
		uint64(makeDescriptor(granules-1, granuleBytes)), uint64(makeDescriptor(0, poolBytes)),
		uint64(makeDescriptor(granules-1, poolBytes)), uint64(makeDescriptor(0xffff, 1<<40)))
	return v
}

// step does what three bytes say.
func (v *vandal) step(op, where, what int) {
	copy(v.words, names(v.window))
	word := v.words[what%len(v.words)]
	switch op % 4 {
	case 0:
		v.Connect()
	case 1: // a message, sound or not
		if l := v.Out.TrySlot(); l != nil {
			l[0] = v.words[where%len(v.words)]
			v.Out.Publish(l, Header(word))
		}
	case 2: // control words and call slots
		lineAt(v.window, where%(offCalls1/LineBytes+callSlots)*LineBytes)[op>>2%8] = word
	case 3: // rings, at the places in use, and owners
		at := []int{
			offRing0, offRing1, offOwners0, offOwners1, offPool0, offPool1,
			offRing0 + ringSlotsMin*LineBytes, offRing1 + ringSlotsMin*LineBytes,
		}[where%8]
		lineAt(v.window, at+(where>>3%64)*LineBytes)[op>>2%8] = word
	}
}

// rampage connects and breaks things, again and again, until told to stop.
func (v *vandal) rampage(seed uint64, stop *atomic.Bool) {
	rng := rand.New(rand.NewPCG(seed, 2))
	for !stop.Load() {
		v.PeerDied(math.MaxUint64)
		for range 2000 {
			if up, _ := v.Connect(); up {
				break
			}
			runtime.Gosched()
		}
		for range rng.IntN(20) { // the other end comes up too
			runtime.Gosched()
		}
		for range 200 {
			r := int(rng.Uint32())
			v.step(r&255, r>>8&255, r>>16)
			runtime.Gosched()
		}
	}
}
