// Package wire is a cable in memory, for tests: at its one end is a machine's network card, at the
// other the machine's only neighbour, a stack of gVisor's.
package wire

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"sync"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
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

const (
	mtu        = 1500
	etherBytes = 14

	// framesMax bounds the frames on their way to each end; more are lost.
	framesMax = 256

	// datagramBytes is the size of the buffers of each of the neighbour's sockets of UDP.
	datagramBytes = 208 << 10

	nic = 1 // the neighbour's only one
)

// Wire is a cable with its two ends.
type Wire struct {
	*stack.Stack // the neighbour
	end          *channel.Endpoint
	offloads     card.Offloads
	stop         context.CancelFunc

	mu     sync.Mutex
	frames [][]byte // to the card
	wake   func()   // not nil: the card is armed
	tap    func(frame []byte, sent bool) bool
}

// New returns a cable to a card that has the offloads given. The neighbour has the addresses given,
// each with the network that is next to it.
func New(offloads card.Offloads, neighbour ...netip.Prefix) (*Wire, error) {
	w := &Wire{
		offloads: offloads, end: channel.New(framesMax, mtu+etherBytes, "\x02\x00\x00\x00\x00\x02"),
		Stack: stack.New(stack.Options{
			NetworkProtocols: []stack.NetworkProtocolFactory{
				arp.NewProtocol, ipv4.NewProtocol, ipv6.NewProtocol,
			},
			TransportProtocols: []stack.TransportProtocolFactory{
				tcp.NewProtocol, udp.NewProtocol,
			},
		}),
	}
	if offloads&card.Checksums != 0 {
		w.end.LinkEPCapabilities |= stack.CapabilityRXChecksumOffload // this card makes none
	}
	if err := w.configure(neighbour); err != nil {
		return nil, fmt.Errorf("wire: neighbour %v: %v", neighbour, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go w.carry(ctx)
	return w, nil
}

// configure gives the neighbour its addresses.
func (w *Wire) configure(addresses []netip.Prefix) tcpip.Error {
	receive := tcpip.ReceiveBufferSizeOption{
		Min: stack.MinBufferSize, Default: datagramBytes, Max: datagramBytes,
	}
	send := tcpip.SendBufferSizeOption{
		Min: stack.MinBufferSize, Default: datagramBytes, Max: datagramBytes,
	}
	if err := w.SetOption(receive); err != nil {
		return err
	}
	if err := w.SetOption(send); err != nil {
		return err
	}
	if err := w.CreateNIC(nic, ethernet.New(w.end)); err != nil {
		return err
	}
	var table []tcpip.Route
	for _, p := range addresses {
		a := tcpip.ProtocolAddress{
			Protocol: header.IPv6ProtocolNumber,
			AddressWithPrefix: tcpip.AddressWithPrefix{
				Address: tcpip.AddrFromSlice(p.Addr().AsSlice()), PrefixLen: p.Bits(),
			},
		}
		if p.Addr().Is4() {
			a.Protocol = header.IPv4ProtocolNumber
		}
		if err := w.AddProtocolAddress(nic, a, stack.AddressProperties{}); err != nil {
			return err
		}
		table = append(table, tcpip.Route{Destination: a.AddressWithPrefix.Subnet(), NIC: nic})
	}
	w.SetRouteTable(table)
	return nil
}

// Close ends the neighbour.
func (w *Wire) Close() {
	w.stop()
	w.Stack.Close()
}

// Tap has tap see each frame before it gets any further, those that the card sends and those that
// come to it; false: the frame is lost. It replaces an earlier one.
func (w *Wire) Tap(tap func(frame []byte, sent bool) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tap = tap
}

// carry takes frames of the neighbour to the card.
func (w *Wire) carry(ctx context.Context) {
	for pkt := w.end.ReadContext(ctx); pkt != nil; pkt = w.end.ReadContext(ctx) {
		w.Inject(pkt.ToView().AsSlice())
		pkt.DecRef()
	}
}

// Inject gives a frame to the card.
func (w *Wire) Inject(frame []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.frames) == framesMax || w.tap != nil && !w.tap(frame, false) {
		return
	}
	w.frames = append(w.frames, bytes.Clone(frame))
	if w.wake != nil {
		w.wake()
		w.wake = nil
	}
}
