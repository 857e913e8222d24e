package net

import (
	"bytes"
	"net/netip"

	"skerry/coreos/net/card"
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// hops are the neighbours that packets leave by, with their Ethernet addresses, as the gate's stack
// learns them.
type hops struct {
	driver *driver
	known  map[netip.Addr]*hop
	order  []netip.Addr // oldest first
	ways   [waysMax]way // by the ends of addresses
}

// way is by which neighbour the last packet for an address left.
type way struct {
	dst packet.Addr
	to  *hop // nil: none is noted
}

// hop is one neighbour.
type hop struct {
	ip      netip.Addr
	mac     [6]byte
	valid   bool
	until   kernel.Instant // then the address is asked for again
	asked   kernel.Instant
	waiting []card.Frame // for the address
}

// to returns the neighbour by which packets for an address leave; nil: there is none.
func (h *hops) to(dst packet.Addr) *hop {
	w := &h.ways[dst[15]%waysMax]
	if w.to != nil && w.dst == dst {
		return w.to
	}
	ip, ok := h.driver.node.settings.hop(dst)
	if !ok {
		return nil
	}
	*w = way{dst, h.find(ip)}
	return w.to
}

// forgetWays is called when others may be right.
func (h *hops) forgetWays() { h.ways = [waysMax]way{} }

// trySend sends the frame to a neighbour; false: there is no room.
func (h *hops) trySend(to *hop, about card.Frame) (ok bool) {
	switch {
	case to.valid:
		h.driver.address(to.mac)
		ok = h.driver.tryTransmit(about)
	case len(to.waiting) < hopWaitMax:
		about.Bytes = bytes.Clone(h.driver.frame)
		to.waiting = append(to.waiting, about)
		ok = true
	}
	if now := h.driver.now; now >= to.until && (to.asked == 0 || now >= to.asked.Add(hopRetry)) {
		to.asked = now
		local := h.driver.node.settings.local(to.ip)
		h.driver.node.later(func() { h.driver.gate.resolve(to.ip, local) })
	}
	return ok
}

// find returns what is known of a neighbour.
func (h *hops) find(ip netip.Addr) *hop {
	if to := h.known[ip]; to != nil {
		return to
	}
	if h.known == nil {
		h.known = map[netip.Addr]*hop{}
	}
	if len(h.order) == hopsMax {
		delete(h.known, h.order[0])
		h.order = h.order[1:]
		h.forgetWays()
	}
	to := &hop{ip: ip}
	h.known[ip] = to
	h.order = append(h.order, ip)
	return to
}

// learn takes the Ethernet address of a neighbour; without one, what waits for it is dropped.
func (h *hops) learn(ip netip.Addr, mac [6]byte, ok bool) {
	to := h.known[ip]
	if to == nil {
		return
	}
	to.valid, to.mac = ok, mac
	waiting := to.waiting
	to.waiting = nil
	if !ok {
		h.driver.node.counts.Nobody += uint64(len(waiting))
		return
	}
	to.until = h.driver.node.core.Now().Add(hopFresh)
	for _, f := range waiting {
		h.driver.frame = append(h.driver.frame[:0], f.Bytes...)
		h.driver.address(mac)
		h.driver.count(h.driver.tryTransmit(f))
	}
}
