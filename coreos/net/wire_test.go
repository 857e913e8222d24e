package net

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"

	"skerry/coreos/net/card"
	cable "skerry/coreos/net/wire"
)

// The two ends of the wire.
const (
	machineIP  = "10.0.2.15"
	outsideIP  = "10.0.2.2"
	machineIP6 = "fd00::15"
	outsideIP6 = "fd00::2"
)

// static are the settings of a machine that does not ask for addresses.
func static() settings {
	return settings{
		Addresses: []netip.Prefix{
			netip.MustParsePrefix(machineIP + "/24"), netip.MustParsePrefix(machineIP6 + "/64"),
		},
		Gateways: []netip.Addr{netip.MustParseAddr(outsideIP)},
	}
}

// wire is a cable to a card, at which a test listens.
type wire struct {
	*cable.Wire
	t testing.TB

	mu    sync.Mutex
	taken [][]byte                // the first frames that went to the card
	hook  func(frame []byte) bool // sees what the card sends; false: it gets no further
}

// takenMax bounds the frames that a wire remembers.
const takenMax = 256

func newWire(t testing.TB, offloads card.Offloads) *wire {
	c, err := cable.New(offloads, netip.MustParsePrefix(outsideIP+"/24"),
		netip.MustParsePrefix(outsideIP6+"/64"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	w := &wire{Wire: c, t: t}
	c.Tap(w.see)
	return w
}

// see sees a frame.
func (w *wire) see(frame []byte, sent bool) bool {
	w.mu.Lock()
	if !sent && len(w.taken) < takenMax {
		w.taken = append(w.taken, bytes.Clone(frame))
	}
	hook := w.hook
	w.mu.Unlock()
	return !sent || hook == nil || hook(frame)
}

// dial connects the outside world with the machine.
func (w *wire) dial(ctx context.Context, ip string, port int) (net.Conn, error) {
	to := netip.MustParseAddr(ip)
	return gonet.DialContextTCP(ctx, w.Stack,
		tcpip.FullAddress{NIC: 1, Addr: addressOf(to), Port: uint16(port)}, protocolOf(to))
}
