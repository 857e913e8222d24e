package sim

import (
	"fmt"

	"skerry/kernel"
	"skerry/kernel/step"
)

// event is something that will happen to a core of a Net.
type event struct {
	at     kernel.Instant
	number uint64 // counts all events; those of the same time happen in this order
	kind   step.Kind
	core   kernel.CoreID // to which it happens
	life   uint64        // of that core; it doesn't happen to another one. Boot: unused
	from   kernel.CoreID // Message: who sent it. Death: who died
	past   uint64        // the life of from that sent or died. Tick: number of the alarm
	body   []byte
}

// reap is the kind of event that kills a core which the seed chooses. It happens to no core.
const reap = step.Kind(0)

// before orders events; no two are equal.
func (e *event) before(f *event) bool {
	return e.at < f.at || e.at == f.at && e.number < f.number
}

// queue is a binary heap of events: heap[i] is before heap[2i+1] and heap[2i+2].
type queue struct {
	heap    []event
	counter uint64
}

// push adds an event and numbers it.
func (q *queue) push(e event) {
	if len(q.heap) == EventsMax {
		panic(fmt.Sprintf("sim: %d events under way: want less", EventsMax))
	}
	e.number = q.counter
	q.counter++
	q.heap = append(q.heap, e)
	h := q.heap
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if h[parent].before(&h[i]) {
			return
		}
		h[parent], h[i] = h[i], h[parent]
		i = parent
	}
}

// next returns the time of the first event, if there is one.
func (q *queue) next() (kernel.Instant, bool) {
	if len(q.heap) == 0 {
		return 0, false
	}
	return q.heap[0].at, true
}

// pop takes the first event; there must be one.
func (q *queue) pop() event {
	h := q.heap
	first, last := h[0], len(h)-1
	h[0], h[last] = h[last], event{}
	h = h[:last]
	q.heap = h
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(h); child++ {
			if h[child].before(&h[least]) {
				least = child
			}
		}
		if least == i {
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
