// Package history judges what concurrent clients of a store have seen: whether there is an order of
// all their operations, each at some moment between its call and its return, in which each read
// gives what was last written. That is linearizability; porcupine looks for the order.
//
// Only tests use it.
package history

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// Patience bounds the search for an order of a section.
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
	var wrong []string
	for _, part := range byKey(h.telling()) {
		for _, s := range cut(part) {
			result := porcupine.CheckOperationsTimeout(model(s.before), s.list, Patience)
			if result != porcupine.Ok {
				key := part[0].Input.(operation).key
				wrong = append(wrong, fmt.Sprintf("%s: %v", key, result))
				break
			}
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("history: %s: want an order of %d operations", strings.Join(wrong, ", "),
		len(h.ops))
}

// telling returns the operations that say something. A read that did not end says nothing. A write
// of which nobody knows whether it was done, and whose value nobody read, says nothing either: it
// may come after all others. If it was read, it was done before the first such read ended.
func (h *History) telling() []porcupine.Operation {
	seen := map[string]int64{} // when the first read of a value ended
	for i := range h.ops {
		o := &h.ops[i]
		if first, known := seen[o.read]; o.reads && o.back != never && (!known || o.back < first) {
			seen[o.read] = o.back
		}
	}
	var list []porcupine.Operation
	for _, o := range h.ops {
		end := o.back
		if end == never {
			first, known := seen[o.wrote]
			if !o.writes || !known {
				continue
			}
			end = max(first, o.call)
		}
		list = append(list, porcupine.Operation{
			ClientId: o.client, Input: o, Call: o.call, Return: end,
		})
	}
	return list
}

// section is a part of what was done to one key, all of it after what was done before.
type section struct {
	before string // the value at its beginning
	list   []porcupine.Operation
}

// sectionMin is how long sections are at least: the search in one takes the square of its length.
const sectionMin = 100

// cut cuts the operations of one key behind such as overlap no other: the value after one of these
// is known, and there is an order of all if there is one of each section.
func cut(list []porcupine.Operation) (sections []section) {
	slices.SortFunc(list, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	s, start, ended := section{}, 0, int64(-1)
	for i, o := range list {
		alone := o.Call > ended && (i+1 == len(list) || list[i+1].Call > o.Return)
		ended = max(ended, o.Return)
		if alone && i+1-start >= sectionMin {
			s.list = list[start : i+1]
			sections = append(sections, s)
			s, start = section{before: after(o.Input.(operation))}, i+1
		}
	}
	s.list = list[start:]
	return append(sections, s)
}

// after returns the value after an operation that tells.
func after(o operation) string {
	if o.writes {
		return o.wrote
	}
	return o.read
}

// model is a register that has a value at first.
func model(first string) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return first },
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
