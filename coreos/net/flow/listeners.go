package flow

import (
	"cmp"
	"slices"

	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// Service is what cores listen on.
type Service struct {
	Protocol uint8
	Port     uint16
}

// Compare orders services.
func (s Service) Compare(t Service) int {
	return cmp.Or(cmp.Compare(s.Port, t.Port), cmp.Compare(s.Protocol, t.Protocol))
}

// Listeners are the cores that listen, by service.
type Listeners struct {
	cores map[Service][]kernel.CoreID // ascending
}

// Add notes that a core listens.
func (l *Listeners) Add(s Service, core kernel.CoreID) {
	if l.cores == nil {
		l.cores = map[Service][]kernel.CoreID{}
	}
	if at, has := slices.BinarySearch(l.cores[s], core); !has {
		l.cores[s] = slices.Insert(l.cores[s], at, core)
	}
}

// Remove notes that a core listens no more.
func (l *Listeners) Remove(s Service, core kernel.CoreID) {
	if at, has := slices.BinarySearch(l.cores[s], core); has {
		l.cores[s] = slices.Delete(l.cores[s], at, at+1)
	}
	if len(l.cores[s]) == 0 {
		delete(l.cores, s)
	}
}

// Bury notes that a core listens on nothing any more.
func (l *Listeners) Bury(core kernel.CoreID) {
	for s := range l.cores {
		l.Remove(s, core)
	}
}

// Of returns the cores that listen, ascending.
func (l *Listeners) Of(s Service) []kernel.CoreID { return slices.Clone(l.cores[s]) }

// Pick returns the core that a new flow goes to: the one of the highest weight, which is a hash of
// the flow and the core (rendezvous hashing). So when a core comes or goes, only those flows have
// another core that are its own. False: nobody listens.
func (l *Listeners) Pick(key packet.Key) (best kernel.CoreID, ok bool) {
	return l.pick(key, func(kernel.CoreID) uint64 { return wholeParts })
}

// PickSparing is Pick with a core that has other work to do: all weights there are a part of what
// they would be. So it gets 0.42 of the flows if two cores listen, 0.15 if four do, and all if it
// is alone.
func (l *Listeners) PickSparing(key packet.Key, busy kernel.CoreID) (kernel.CoreID, bool) {
	return l.pick(key, func(core kernel.CoreID) uint64 {
		if core == busy {
			return busyParts
		}
		return wholeParts
	})
}

// pick returns the core of the highest weight, of which the core's parts count.
func (l *Listeners) pick(key packet.Key, parts func(kernel.CoreID) uint64) (best kernel.CoreID,
	ok bool) {
	var most uint64
	flow := hash(key)
	for _, core := range l.cores[Service{key.Protocol, key.LocalPort}] {
		weight := mix(flow^mix(uint64(core)+1)) / wholeParts * parts(core)
		if !ok || weight > most {
			best, most, ok = core, weight, true
		}
	}
	return best, ok
}

// hash returns a number for a flow, the same on each core and in each life.
func hash(k packet.Key) (sum uint64) {
	for _, a := range [...]packet.Addr{k.Remote, k.Local} {
		for i := range a {
			sum = sum*31 + uint64(a[i])
		}
		sum = mix(sum)
	}
	ports := uint64(k.RemotePort)<<32 | uint64(k.LocalPort)<<8 | uint64(k.Protocol)
	return mix(sum ^ mix(ports))
}

// mix spreads each bit over all others: the finalizer of MurmurHash3.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
