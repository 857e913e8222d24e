package vitals

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"skerry/kernel"
)

// facts are what a core tells of itself.
type facts struct {
	life        uint64
	uptime      time.Duration
	memory      uint64
	heap        uint64
	collections uint64
	stopped     time.Duration
	stops       [stopBounds + 1]uint64
	messages    uint64
	counters    string
}

// own returns this core's facts. The caller holds the loop's lock.
func (v *Vitals) own() facts {
	f := facts{
		life: v.core.Boot().Incarnation, uptime: v.core.Now().Sub(v.began),
		messages: v.loop.Messages(),
	}
	v.runtime.read(&f)
	if v.look != nil {
		if s, err := v.look.Status(v.core.Boot().Core); err == nil {
			f.memory = s.Memory
		}
	}
	var lines strings.Builder
	for _, c := range v.counters {
		fmt.Fprintf(&lines, "%s %d\n", c.name, c.read())
	}
	f.counters = lines.String()
	return f
}

// State is what a core is doing, as far as this one can tell.
type State uint8

// The states of a core.
const (
	Running State = iota // it answers
	Silent               // it runs, or may, and does not answer
	Dead
	Off
	Hidden // this core may not look at it
)

// String returns the state in one or two words.
func (s State) String() string {
	return [...]string{"running", "no answer", "dead", "off", "hidden"}[s]
}

// Report is how a core is.
type Report struct {
	Core  kernel.CoreID
	State State
	Life  uint64 // the present one, or the last one known

	// Of the last life that ended, if one has.
	Died  bool
	Death kernel.Epitaph

	// The rest is zero if the core is not Running.
	Uptime      time.Duration
	Memory      uint64 // bytes that the instance uses, by its driver's count if that has one
	Heap        uint64 // bytes of these on the Go heap
	Collections uint64
	Stopped     time.Duration          // for which collections stopped all goroutines
	Stops       [stopBounds + 1]uint64 // how many were at most as long as each of Bounds; all
	Messages    uint64                 // received
	Counters    []Counter
}

// Counter is something that an app counts.
type Counter struct {
	Name  string
	Value uint64
}

// report returns what is known of a core.
func (v *Vitals) report(id kernel.CoreID, f facts, answers bool) Report {
	r := Report{Core: id, Life: f.life}
	r.Death, r.Died = v.core.Epitaph(id)
	if !answers {
		r.State, r.Life = v.silent(id, r.Died), max(r.Death.Incarnation, 1)
		return r
	}
	r.Uptime, r.Memory, r.Heap = f.uptime, f.memory, f.heap
	r.Collections, r.Stopped, r.Stops = f.collections, f.stopped, f.stops
	r.Messages, r.Counters = f.messages, parseCounters(f.counters)
	return r
}

// silent returns the state of a core that does not answer.
func (v *Vitals) silent(id kernel.CoreID, died bool) State {
	if v.look != nil {
		s, err := v.look.Status(id)
		switch {
		case err != nil:
			return Hidden
		case s.State == kernel.Dead:
			return Dead
		case s.State == kernel.Off:
			return Off
		}
		return Silent
	}
	v.loop.Lock()
	defer v.loop.Unlock()
	if c := v.loop.Channel(id); died && (c == nil || !c.Up()) {
		return Dead
	}
	return Silent
}

// parseCounters reads the counters of an answer. It skips lines that are none: the peer may be any
// program.
func parseCounters(text string) (counters []Counter) {
	for line := range strings.Lines(text) {
		name, digits, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		n, err := strconv.ParseUint(digits, 10, 64)
		if err == nil && counterName.MatchString(name) {
			counters = append(counters, Counter{name, n})
		}
	}
	return counters
}
