package net

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/link/ethernet"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"

	"skerry/coreos/net/card"
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

// wire connects a card with another machine: a stack of gVisor's.
type wire struct {
	*stack.Stack
	t        testing.TB
	end      *channel.Endpoint
	offloads card.Offloads

	mu     sync.Mutex
	frames [][]byte                // to the card
	wake   func()                  // not nil: the card is armed
	taken  [][]byte                // the first frames that went to the card
	hook   func(frame []byte) bool // sees what the card sends; false: it gets no further
}

const wireFramesMax = 256

func newWire(t testing.TB, offloads card.Offloads) *wire {
	w := &wire{
		t: t, offloads: offloads,
		end: channel.New(wireFramesMax, 1500+etherBytes, "\x02\x00\x00\x00\x00\x02"),
		Stack: stack.New(stack.Options{
			NetworkProtocols: []stack.NetworkProtocolFactory{
				arp.NewProtocol, ipv4.NewProtocol, ipv6.NewProtocol,
			},
			TransportProtocols: []stack.TransportProtocolFactory{
				tcp.NewProtocol, udp.NewProtocol,
			},
		}),
	}
	if err := setDatagramBuffers(w.Stack); err != nil {
		t.Fatal(err)
	}
	if offloads&card.Checksums != 0 {
		w.end.LinkEPCapabilities |= stack.CapabilityRXChecksumOffload // this card makes none
	}
	if err := w.CreateNIC(1, ethernet.New(w.end)); err != nil {
		t.Fatal(err)
	}
	var table []tcpip.Route
	for _, text := range []string{outsideIP + "/24", outsideIP6 + "/64"} {
		p := netip.MustParsePrefix(text)
		err := w.AddProtocolAddress(1, protocolAddress(p), stack.AddressProperties{})
		if err != nil {
			t.Fatal(err)
		}
		table = append(table, tcpip.Route{Destination: subnetOf(p), NIC: 1})
	}
	w.SetRouteTable(table)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(func() { stop(); w.Stack.Close() })
	go w.carry(ctx)
	return w
}

// carry takes frames to the card.
func (w *wire) carry(ctx context.Context) {
	for pkt := w.end.ReadContext(ctx); pkt != nil; pkt = w.end.ReadContext(ctx) {
		w.inject(pkt.ToView().AsSlice())
		pkt.DecRef()
	}
}

// inject gives a frame to the card.
func (w *wire) inject(frame []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.frames) == wireFramesMax {
		return
	}
	w.frames = append(w.frames, bytes.Clone(frame))
	if len(w.taken) < wireFramesMax {
		w.taken = append(w.taken, w.frames[len(w.frames)-1])
	}
	if w.wake != nil {
		w.wake()
		w.wake = nil
	}
}

// dial connects the outside world with the machine.
func (w *wire) dial(ctx context.Context, ip string, port int) (net.Conn, error) {
	to := netip.MustParseAddr(ip)
	return gonet.DialContextTCP(ctx, w.Stack,
		tcpip.FullAddress{NIC: 1, Addr: addressOf(to), Port: uint16(port)}, protocolOf(to))
}

// fakeCard is the machine's end of the wire.
type fakeCard struct {
	wire *wire
	wake func()
}

func (c *fakeCard) Address() [6]byte        { return [6]byte{2, 0, 0, 0, 0, 1} }
func (c *fakeCard) MTU() int                { return 1500 }
func (c *fakeCard) Offloads() card.Offloads { return c.wire.offloads }
func (c *fakeCard) Err() error              { return nil }
func (c *fakeCard) Close()                  {}

func (c *fakeCard) TrySend(f card.Frame) bool {
	if f.NeedsChecksum && c.wire.offloads&card.Checksums == 0 ||
		len(f.Bytes) > c.MTU()+etherBytes && f.Segment == card.None {
		panic(fmt.Sprintf("frame of %d bytes, %+v", len(f.Bytes), f))
	}
	c.wire.mu.Lock()
	hook := c.wire.hook
	c.wire.mu.Unlock()
	if hook != nil && !hook(f.Bytes) {
		return true
	}
	pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{
		Payload: buffer.MakeWithData(bytes.Clone(f.Bytes)),
	})
	defer pkt.DecRef()
	c.wire.end.InjectInbound(0, pkt)
	return true
}

func (c *fakeCard) Receive(limit int, take func(card.Frame)) int {
	c.wire.mu.Lock()
	frames := c.wire.frames[:min(limit, len(c.wire.frames))]
	c.wire.frames = c.wire.frames[len(frames):]
	c.wire.mu.Unlock()
	for _, b := range frames {
		take(card.Frame{Bytes: b})
	}
	return len(frames)
}

func (c *fakeCard) Arm() bool {
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	c.wire.wake = c.wake
	return len(c.wire.frames) == 0
}
