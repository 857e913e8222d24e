package coretest

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"skerry/coreos"
	skerrynet "skerry/coreos/net"
	"skerry/coreos/net/packet"
	"skerry/kernel"
	"skerry/kernel/sim"
)

// named returns an app that tells who connects its core's name, and then sends back what it gets.
func named() coreos.App {
	return coreos.App{Name: "named", Run: func(s *coreos.OS) error {
		n, err := skerrynet.Of(s)
		if err != nil {
			return err
		}
		l, err := n.Listen("tcp", ":7")
		if err != nil {
			return err
		}
		for {
			c, err := l.Accept()
			if err != nil {
				return err
			}
			go func() {
				defer c.Close()
				c.Write([]byte{'0' + byte(s.Core().Boot().Core)})
				io.Copy(c, c)
			}()
		}
	}}
}

// When a core dies, whichever it is, its connections are reset, though they are idle, and those of
// the others go on. A machine that tells its neighbours nothing is found.
func TestConnectionsOfDeadAreReset(t *testing.T) {
	for victim := range kernel.CoreID(3) {
		m := Start(t, sim.Config{Cores: 3}, named())
		if err := dieAmong(m, victim, patience); err != nil {
			t.Error(err)
		}
	}
	m := Start(t, sim.Config{Cores: 3}, named())
	m.wire.Tap(func(frame []byte, sent bool) bool {
		const etherBytes = 14
		p, err := packet.Parse(frame[etherBytes:])
		return !sent || err != nil || p.Protocol != packet.TCP || p.Flags&packet.RST == 0
	})
	err := dieAmong(m, 1, time.Second)
	if err == nil {
		t.Fatal("nobody misses the resets of a dead core's connections")
	}
	t.Log("without resets:", err)
}

// dieAmong kills a core of named amid connections, and returns what is wrong with these then.
func dieAmong(m *Machine, victim kernel.CoreID, patience time.Duration) error {
	m.t.Helper()
	m.Await("tcp", 7)
	conns, err := meetAll(m)
	if err != nil {
		return err
	}
	if err := m.Kill(victim); err != nil {
		return err
	}
	for by, c := range conns {
		c.SetDeadline(time.Now().Add(patience))
		if by != victim {
			c.Write([]byte("x"))
		}
		_, err := c.Read(make([]byte, 1))
		if by != victim && err != nil {
			return fmt.Errorf("a connection with %v ends with %v: want it to go on", by, err)
		}
		if by == victim && (err == nil || !strings.Contains(err.Error(), "reset")) {
			return fmt.Errorf("a connection with the dead core: %v: want a reset", err)
		}
	}
	return nil
}

// meetAll returns a connection with each core.
func meetAll(m *Machine) (map[kernel.CoreID]net.Conn, error) {
	conns := map[kernel.CoreID]net.Conn{}
	for len(conns) < m.Cores() {
		c, err := m.Dial("tcp", ":7")
		if err != nil {
			return nil, err
		}
		m.t.Cleanup(func() { c.Close() })
		var who [1]byte
		if _, err := c.Read(who[:]); err != nil {
			return nil, err
		}
		conns[kernel.CoreID(who[0]-'0')] = c
	}
	return conns, nil
}
