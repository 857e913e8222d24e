package net

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"skerry/coreos/net/packet"
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
		r.wire.inject(syn(uint32(round)))
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
