package shard

import "skerry/kernel"

// Status is how the shards are, as one core sees it.
type Status struct {
	Shards []ShardStatus
	// Since this core started:
	Lost     int // shards that it began empty because all copies were lost
	Promoted int // shards whose primary it became because that died
	Restored int // backups that it made
}

// ShardStatus is how one shard is.
type ShardStatus struct {
	View    uint64
	Primary kernel.CoreID
	Served  bool // the primary is known
	Here    Role
	// Synced tells that there is a backup: writes are acknowledged when two cores have them. Else
	// the primary is alone until one has all that it has.
	Synced bool
}

// Status returns how the shards are.
func (n *Node) Status() Status {
	n.loop.Lock()
	defer n.loop.Unlock()
	m := n.machine
	s := Status{
		Shards: make([]ShardStatus, len(m.routes)),
		Lost:   m.counts.lost, Promoted: m.counts.promoted, Restored: m.counts.restored,
	}
	for i := range m.routes {
		r := &m.routes[i]
		s.Shards[i] = ShardStatus{View: r.view, Here: m.replicas[i].role, Synced: r.backed}
		if r.primary != nobody {
			s.Shards[i].Primary, s.Shards[i].Served = m.cores[r.primary], true
		}
	}
	return s
}
