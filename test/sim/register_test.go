package sim

import (
	"cmp"
	"encoding/binary"
	"time"

	"skerry/kernel"
	"skerry/kernel/step"
)

// refresh is how often a core tells its value to one of its neighbours, whatever happens.
const refresh = 50 * time.Microsecond

// bug is one that a test plants in a register.
type bug int

const (
	sound     bug = iota
	forgetful     // a value that a full channel refused is not sent again
	gullible      // whatever comes is taken, newer or not
	unordered     // neighbours are told in the order of a map, which is another one each time
)

// stamp orders values: the higher count is newer, then the higher writer.
type stamp struct {
	count  uint64
	writer kernel.CoreID
}

func (s stamp) compare(t stamp) int {
	return cmp.Or(cmp.Compare(s.count, t.count), cmp.Compare(s.writer, t.writer))
}

// register is one core's copy of a replicated register without a leader. A core that has a new
// value tells its neighbours: those at a distance of 1, 2, 4 and so on in both directions. One that
// hears of an older value answers with its own. A core that starts knows nothing, and says so.
//
// Promises: the value of a core doesn't go back during a life; and when no cores die any more, all
// get to have the same value.
type register struct {
	value      stamp
	core       kernel.CoreID
	neighbours []kernel.CoreID
	owed       []bool // by neighbour: it hasn't been told
	turn       int    // the neighbour that is told at the next tick, whatever it knows
	bug        bug
}

// births returns what makes registers with a bug.
func births(planted bug) func(kernel.BootInfo) step.Machine {
	return func(boot kernel.BootInfo) step.Machine {
		r := &register{core: boot.Core, bug: planted}
		cores, here := len(boot.Cores), int(boot.Core.Index())
		for hop := 1; hop < cores; hop *= 2 {
			r.neighbours = append(r.neighbours, boot.Cores[(here+hop)%cores])
			if 2*hop != cores { // else it's the same one in the other direction
				r.neighbours = append(r.neighbours, boot.Cores[(here+cores-hop)%cores])
			}
		}
		r.owed = make([]bool, len(r.neighbours))
		return r
	}
}

func (r *register) Step(in step.Event, out step.Outbox) {
	switch in.Kind {
	case step.Boot:
		r.owe(true, r.core)
		out.SetAlarm(in.Now.Add(refresh))
	case step.Command:
		r.value = stamp{r.value.count + 1, r.core}
		r.owe(true, r.core)
	case step.Message:
		r.hear(in.From, stamp{
			binary.LittleEndian.Uint64(in.Body),
			kernel.CoreID(binary.LittleEndian.Uint32(in.Body[8:])),
		})
	case step.Tick:
		if r.bug != forgetful {
			r.owed[r.turn] = true
			r.turn = (r.turn + 1) % len(r.neighbours)
		}
		out.SetAlarm(in.Now.Add(refresh))
	}
	r.pay(out)
}

// hear takes a newer value, and answers an older one.
func (r *register) hear(from kernel.CoreID, value stamp) {
	order := value.compare(r.value)
	if order > 0 || order < 0 && r.bug == gullible {
		r.value = value
		r.owe(true, from)
	} else if order < 0 {
		r.owe(false, from)
	}
}

// owe notes that a core is to be told, or all others are.
func (r *register) owe(others bool, core kernel.CoreID) {
	for i, id := range r.neighbours {
		if (id != core) == others {
			r.owed[i] = true
		}
	}
}

// pay tells the neighbours what they are owed, as far as there is room.
func (r *register) pay(out step.Outbox) {
	body := binary.LittleEndian.AppendUint64(nil, r.value.count)
	body = binary.LittleEndian.AppendUint32(body, uint32(r.value.writer))
	tell := func(i int) {
		if r.owed[i] && (out.Send(r.neighbours[i], body) || r.bug == forgetful) {
			r.owed[i] = false
		}
	}
	if r.bug == unordered {
		order := map[int]bool{}
		for i := range r.neighbours {
			order[i] = true
		}
		for i := range order {
			tell(i)
		}
		return
	}
	for i := range r.neighbours {
		tell(i)
	}
}
