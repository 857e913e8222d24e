package net

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// A flood of connections that are begun and never established costs a bounded amount of memory. The
// flows that there are go on, and who means it is served.
func TestSynFlood(t *testing.T) {
	r := newRig(t, 2, static(), 0)
	r.lives[1].serve(80)
	c, _ := r.connect(machineIP, 80)
	before := heap()
	rounds := 12000
	if testing.Short() {
		rounds = 3000
	}
	for round := range rounds {
		r.wire.Inject(syn(uint32(round)))
		if round%3000 == 0 {
			r.converse(c, 1000)
			r.connect(machineIP, 80)
		}
	}
	r.converse(c, 1000)
	if grown := heap() - before; grown > 32<<20 {
		t.Errorf("the heap grew by %d bytes: want at most 32 MiB", grown)
	}
}

// A core that has as many connections as it can have resets further ones, and takes some again when
// it has closed one. What is closed takes memory for a moment only.
func TestConnectionsAreBounded(t *testing.T) {
	r := newRig(t, 2, static(), 0)
	l := r.lives[1]
	l.serve(80)
	c, _ := r.connect(machineIP, 80)
	l.accept(connectionsMax - 1)
	await(t, "a connection to be reset", func() bool {
		c, err := r.wire.dial(t.Context(), machineIP, 80)
		if err == nil {
			_, err = c.Read(make([]byte, 1))
		}
		return err != nil && strings.Contains(err.Error(), "reset")
	})
	if n := l.net.Counts(); n.Refused == 0 {
		t.Errorf("counts %+v: want some that are refused", n)
	}
	r.converse(c, 1000)
	c.Close()
	await(t, "the connection to be closed", func() bool { return l.accept(0) < connectionsMax })
	c, _ = r.connect(machineIP, 80)
	c.Close()
	await(t, "nothing to be left", func() bool { return len(l.node.stack.flows()) == 0 })
}

// A core that breaks the protocol, or takes nothing that it is told, is dropped; it does not take
// the memory of others.
func TestHostilePeer(t *testing.T) {
	drive := func(set settings) func(*MemberClient) bool {
		set.MTU, set.Long = 1500, 1500
		return func(c *MemberClient) bool { return c.TryDrive(set.text()) }
	}
	gateways := static()
	for range gatewaysMax {
		gateways.Gateways = append(gateways.Gateways, gateways.Gateways[0])
	}
	for name, say := range map[string]func(*MemberClient) bool{
		"a protocol": func(c *MemberClient) bool { return c.TryListen(99, 80, false, true) },
		"a port": func(c *MemberClient) bool {
			return c.TryListen(packet.TCP, ephemeralFirst, false, true)
		},
		"the card": drive(static()),
		"gateways": drive(gateways),
		"address": drive(settings{
			Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8")},
		}),
	} {
		drivers := []kernel.CoreID{0}
		if name != "the card" {
			drivers = append(drivers, 1)
		}
		r := newRig(t, 2, static(), drivers...)
		await(t, "the machine's address", func() bool { return ready(r.lives[1]) })
		r.lives[1].tell(0, 1, say)
		await(t, "the peer to be dropped for "+name, func() bool { return !r.lives[0].binds(1) })
	}
	r := newRig(t, 2, static(), 0)
	await(t, "the machine's address", func() bool { return ready(r.lives[1]) })
	r.lives[1].os.Loop().Lock()
	defer r.lives[1].os.Loop().Unlock()
	r.lives[0].tell(1, 2*sayMax, (*MemberClient).TryTold)
	await(t, "the deaf peer to be dropped", func() bool {
		return !r.lives[0].binds(1) && r.lives[0].untold(1) == 0
	})
}

// tell says something to another core, several times.
func (l *rigLife) tell(to kernel.CoreID, times int, say func(*MemberClient) bool) {
	l.os.Loop().Lock()
	defer l.os.Loop().Unlock()
	for range times {
		l.node.peer(to).tell(say)
	}
	l.os.Loop().Flush()
}

// binds tells whether a core talks with another one.
func (l *rigLife) binds(to kernel.CoreID) bool {
	l.os.Loop().Lock()
	defer l.os.Loop().Unlock()
	return l.node.peer(to).bound
}

// untold returns how much another core is yet to be told.
func (l *rigLife) untold(to kernel.CoreID) int {
	l.os.Loop().Lock()
	defer l.os.Loop().Unlock()
	return len(l.node.peer(to).say)
}

// accept makes the core believe that it has accepted more connections, and returns how many.
func (l *rigLife) accept(more int) int {
	l.os.Loop().Lock()
	defer l.os.Loop().Unlock()
	l.node.accepted += more
	return l.node.accepted
}

// syn returns a frame that begins a connection from somewhere far.
func syn(from uint32) []byte {
	var ip [4]byte
	binary.BigEndian.PutUint32(ip[:], 0x14000000+from*257)
	s := packet.Segment{
		Key: packet.Key{
			Local: packet.AddrOf(netip.AddrFrom4(ip)), LocalPort: uint16(from),
			Remote: packet.AddrOf(netip.MustParseAddr(machineIP)), RemotePort: 80,
			Protocol: packet.TCP,
		},
		Flags: packet.SYN, Seq: from,
	}
	frame := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}
	return s.Append(binary.BigEndian.AppendUint16(frame, typeIP4))
}

// heap returns the bytes that are in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
