package linux

import (
	"sync/atomic"

	"skerry/kernel/drivercall"
	"skerry/kernel/thread"
)

// mutex keeps all threads but one out of a process.
type mutex struct {
	word    uint32    // as below
	holder  thread.ID // or 0
	serving bool      // the holder serves a call: a fault ends that
}

// Values of a mutex's word.
const (
	free      = iota
	held      // and nobody waits
	contended // and somebody may wait
)

// lock takes the lock.
// ORDER: acquires what the last holder did; pairs with unlock's exchange.
func (p *Process) lock(a *drivercall.Area) {
	m := &p.mutex
	if !atomic.CompareAndSwapUint32(&m.word, free, held) {
		for atomic.SwapUint32(&m.word, contended) != free {
			p.Machine.Park(&m.word, contended)
		}
	}
	m.holder = a.ID
}

// unlock gives the lock back.
// ORDER: publishes what the holder did; pairs with lock's exchanges.
func (p *Process) unlock() {
	m := &p.mutex
	m.holder, m.serving = 0, false
	if atomic.SwapUint32(&m.word, free) == contended {
		p.Machine.Unpark(&m.word)
	}
}
