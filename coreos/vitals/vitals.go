// Package vitals tells how the cores of a machine are. Each answers for itself, over an interface
// that it serves to all others (Member), as soon as one of its apps has asked for its Vitals; who
// asks gives up on those that do not answer in time.
//
// Besides what every core can tell, an answer has counters that apps add.
package vitals

import (
	"fmt"
	"regexp"
	"time"

	"skerry/coreos"
	"skerry/kernel"
)

// Vitals are those of one core, and a way to ask for those of the others.
type Vitals struct {
	core     kernel.Core
	look     kernel.Inspector // nil: the driver is none
	loop     *coreos.Loop
	began    kernel.Instant
	runtime  meter // this and the rest is guarded by the loop's lock
	counters []counter
	room     int // bytes left for the counters of an answer
	peers    []*peer
}

// counter is something that an app counts.
type counter struct {
	name string
	read func() uint64
}

// key is under which a core has its Vitals.
type key struct{}

// Of returns the core's Vitals. The caller does not hold the loop's lock.
func Of(s *coreos.OS) (*Vitals, error) {
	return coreos.Once(s, key{}, func() (*Vitals, error) { return open(s) })
}

func open(s *coreos.OS) (*Vitals, error) {
	v := &Vitals{
		core: s.Core(), loop: s.Loop(), began: s.Core().Now(), runtime: newMeter(),
		room: MemberReportCountersMax,
	}
	v.look, _ = v.core.(kernel.Inspector)
	v.loop.Lock()
	defer v.loop.Unlock()
	if err := ServeMember(v.loop.Services(), member{v}); err != nil {
		return nil, err
	}
	for _, id := range v.core.Boot().Cores {
		channel := v.loop.Channel(id)
		if channel == nil {
			continue
		}
		p := &peer{id: id}
		var err error
		if p.client, err = NewMemberClient(channel, p); err != nil {
			return nil, err
		}
		v.peers = append(v.peers, p)
	}
	return v, nil
}

// counterName is what a counter may be called: what Prometheus lets it.
var counterName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Count adds a counter: read is called in the loop and does not block. Errors: the name is none, or
// known already, or there is no room for it in an answer. The caller does not hold the loop's lock.
func (v *Vitals) Count(name string, read func() uint64) error {
	v.loop.Lock()
	defer v.loop.Unlock()
	if !counterName.MatchString(name) {
		return fmt.Errorf("vitals: counter %q: want a name of a-z, 0-9 and _", name)
	}
	for _, c := range v.counters {
		if c.name == name {
			return fmt.Errorf("vitals: counter %s is there already: want each once", name)
		}
	}
	size := len(name) + counterBytesMax
	if size > v.room {
		return fmt.Errorf("vitals: counter %s needs %d bytes: want at most %d", name, size, v.room)
	}
	v.room -= size
	v.counters = append(v.counters, counter{name, read})
	return nil
}

// Gather asks all cores at once how they are, and returns what is known of each when so much time
// has passed, or all have answered: one Report for each core, ascending. The caller does not hold
// the loop's lock.
func (v *Vitals) Gather(patience time.Duration) []Report {
	v.loop.Lock()
	answers := make([]*answer, len(v.peers))
	for i, p := range v.peers {
		answers[i] = p.ask()
	}
	own := v.own()
	v.loop.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	found := map[kernel.CoreID]facts{v.core.Boot().Core: own}
	for i, late := 0, false; i < len(answers); i++ {
		if f, ok := answers[i].await(timer.C, &late); ok {
			found[v.peers[i].id] = f
		}
	}
	reports := make([]Report, 0, len(v.core.Boot().Cores))
	for _, id := range v.core.Boot().Cores {
		f, answers := found[id]
		reports = append(reports, v.report(id, f, answers))
	}
	return reports
}
