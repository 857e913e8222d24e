// Package history judges what concurrent clients of a store have seen: whether there is an order of
// all their operations, each at some moment between its call and its return, in which each read
// gives what was last written. That is linearizability; porcupine looks for the order.
//
// Only tests use it.
package history

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// Patience bounds the search for an order.
const Patience = time.Minute

// History is what clients did. Any number of goroutines may use it; the zero value is empty.
type History struct {
	mu    sync.Mutex
	clock int64 // counts calls and returns
	ops   []operation
}

// operation is a read or a write of a key, or both at once. No two write the same value.
type operation struct {
	client int
	key    string
	reads  bool
	writes bool
	read   string // "" if there was none
	wrote  string
	call   int64
	back   int64 // never, if nobody knows whether it was done
}

const never = math.MaxInt64

// Read notes that a read begins; its number is for End.
func (h *History) Read(client int, key string) int {
	return h.begin(operation{client: client, key: key, reads: true})
}

// Write notes that a write begins. Nobody else writes that value.
func (h *History) Write(client int, key, value string) int {
	return h.begin(operation{client: client, key: key, wrote: value, writes: true})
}

// Swap notes that a write begins that also reads what it replaces.
func (h *History) Swap(client int, key, value string) int {
	return h.begin(operation{client: client, key: key, wrote: value, reads: true, writes: true})
}

func (h *History) begin(o operation) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock++
	o.call, o.back = h.clock, never
	h.ops = append(h.ops, o)
	return len(h.ops) - 1
}

// End notes that an operation ended well; value is what was read. One that has no End was done, or
// will be, or never.
func (h *History) End(number int, value string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock++
	o := &h.ops[number]
	o.back, o.read = h.clock, value
}

// Len returns how many operations began, and how many of them ended well.
func (h *History) Len() (begun, ended int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.ops {
		if h.ops[i].back != never {
			ended++
		}
	}
	return len(h.ops), ended
}

// Check returns an error if there is no order, or none was found in time; it names the keys.
func (h *History) Check() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	result := porcupine.CheckOperationsTimeout(model(), h.telling(), Patience)
	if result == porcupine.Ok {
		return nil
	}
	return fmt.Errorf("history: %v: %s: want an order of %d operations", result,
		strings.Join(h.wrongKeys(), ", "), len(h.ops))
}

// telling returns the operations that say something. A read that did not end says nothing. A write
// of which nobody knows whether it was done, and whose value nobody read, says nothing either: it
// may come after all others. Without these the search is short.
func (h *History) telling() []porcupine.Operation {
	seen := map[string]bool{}
	for i := range h.ops {
		if o := &h.ops[i]; o.reads && o.back != never {
			seen[o.read] = true
		}
	}
	var list []porcupine.Operation
	for _, o := range h.ops {
		if o.back == never && (!o.writes || !seen[o.wrote]) {
			continue
		}
		list = append(list, porcupine.Operation{
			ClientId: o.client, Input: o, Call: o.call, Return: o.back,
		})
	}
	return list
}

// wrongKeys returns the keys that have no order of their own.
func (h *History) wrongKeys() (keys []string) {
	for _, part := range byKey(h.telling()) {
		if porcupine.CheckOperationsTimeout(model(), part, Patience) != porcupine.Ok {
			keys = append(keys, part[0].Input.(operation).key)
		}
	}
	return keys
}

// model is a register for each key.
func model() porcupine.Model {
	return porcupine.Model{
		Partition: byKey,
		Init:      func() any { return "" },
		Step: func(state, input, _ any) (bool, any) {
			o := input.(operation)
			if o.reads && o.back != never && state.(string) != o.read {
				return false, state
			}
			if o.writes {
				return true, o.wrote
			}
			return true, state
		},
	}
}

func byKey(list []porcupine.Operation) (parts [][]porcupine.Operation) {
	index := map[string]int{}
	for _, o := range list {
		key := o.Input.(operation).key
		i, ok := index[key]
		if !ok {
			i = len(parts)
			index[key] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], o)
	}
	return parts
}
