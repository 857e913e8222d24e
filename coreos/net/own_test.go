package net

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"skerry/coreos/net/card"
)

// From outside, a port is served by all cores that listen on it, over IPv4 and IPv6, and what goes
// there comes back whole.
func TestFlowsAreSpread(t *testing.T) {
	r := newRig(t, 4, static(), 0)
	for _, l := range r.lives[1:] {
		l.serve(80)
	}
	for _, ip := range []string{machineIP, machineIP6} {
		seen := map[byte]int{}
		for range 40 {
			c, name := r.connect(ip, 80)
			seen[name]++
			defer c.Close()
		}
		if len(seen) != 3 {
			t.Fatalf("%s: served by %v: want 3 cores", ip, seen)
		}
		c, _ := r.connect(ip, 80)
		r.converse(c, 1<<20)
		c.Close()
	}
	t.Logf("%+v", r.lives[0].net.Counts())
}

// A card that does nothing but send and receive is enough: long packets are cut and checksums made
// before it has them.
func TestPlainCard(t *testing.T) {
	for _, offloads := range []card.Offloads{0, card.Checksums} {
		r := newRigOn(newWire(t, offloads), 2, static(), 0)
		r.lives[1].serve(80)
		for _, ip := range []string{machineIP, machineIP6} {
			c, _ := r.connect(ip, 80)
			r.converse(c, 1<<20)
		}
	}
}

// connect returns a connection from outside, and the name of the core that serves it.
func (r *rig) connect(ip string, port int) (net.Conn, byte) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var c net.Conn
	var err error
	await(r.t, "a connection", func() bool {
		c, err = r.wire.dial(ctx, ip, port)
		return err == nil || ctx.Err() != nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return c, r.name(c)
}

// name reads the name of the core that serves a connection.
func (r *rig) name(c net.Conn) byte {
	r.t.Helper()
	var name [1]byte
	c.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(c, name[:]); err != nil {
		r.t.Fatal(err)
	}
	return name[0]
}

// converse sends bytes and expects them back, however slowly they come, as long as some do.
func (r *rig) converse(c net.Conn, size int) {
	r.t.Helper()
	sent := make([]byte, size)
	for i := range sent {
		sent[i] = byte(i * i >> 8)
	}
	go c.Write(sent)
	back := make([]byte, size)
	for got := 0; got < size; {
		c.SetReadDeadline(time.Now().Add(patience))
		n, err := c.Read(back[got:])
		if got += n; err != nil {
			r.t.Fatalf("%d of %d bytes came back: %v", got, size, err)
		}
	}
	if string(back) != string(sent) {
		r.t.Fatalf("%d bytes came back changed", size)
	}
}
