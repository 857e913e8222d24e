package net

import (
	"skerry/coreos"
	"skerry/coreos/vitals"
)

// Counts are what a core's part in the machine's network has seen: of the card, if it has that, and
// what it dropped.
type Counts struct {
	Received  uint64 // frames, from the card
	Sent      uint64 // frames, to the card, or they wait for room there
	Resets    uint64 // segments, to the remote ends of flows that no core has
	Malformed uint64 // packets: not sound, or not from where they say
	Full      uint64 // packets: no room on the way
	Nobody    uint64 // packets: no core has the card, or the flow
	Forgotten uint64 // flows: there were too many
	Refused   uint64 // connections: there were too many
}

// Counts returns what a network of the machine's own counted at this core; of the host's, nothing
// is known.
func (n *Net) Counts() (counts Counts) {
	if o, ok := n.sockets.(own); ok {
		o.loop.Lock()
		defer o.loop.Unlock()
		counts = o.counted()
	}
	return counts
}

// counted returns what was counted. The caller holds the lock.
func (n *node) counted() Counts {
	counts := n.counts
	counts.Full += n.trains.Dropped
	if d := n.driver; d != nil {
		counts.Full += d.fragments.Dropped
		counts.Forgotten = d.table.Recycled
	}
	return counts
}

// report has the counts told with the core's vitals. The caller does not hold the lock.
func (n *node) report(s *coreos.OS) error {
	v, err := vitals.Of(s)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name  string
		count func(Counts) uint64
	}{
		{"net_received_total", func(c Counts) uint64 { return c.Received }},
		{"net_sent_total", func(c Counts) uint64 { return c.Sent }},
		{"net_resets_total", func(c Counts) uint64 { return c.Resets }},
		{"net_malformed_total", func(c Counts) uint64 { return c.Malformed }},
		{"net_full_total", func(c Counts) uint64 { return c.Full }},
		{"net_nobody_total", func(c Counts) uint64 { return c.Nobody }},
		{"net_forgotten_total", func(c Counts) uint64 { return c.Forgotten }},
		{"net_refused_total", func(c Counts) uint64 { return c.Refused }},
	} {
		if err := v.Count(c.name, func() uint64 { return c.count(n.counted()) }); err != nil {
			return err
		}
	}
	return nil
}
