package net

import (
	"net/netip"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"skerry/coreos/net/packet"
)

// The machine answers echo requests, by IPv4 and IPv6, whatever its cores do.
func TestEchoRequest(t *testing.T) {
	r := newRig(t, 1, static(), 0)
	replies := make(chan uint8, 100)
	r.wire.mu.Lock()
	r.wire.hook = func(frame []byte) bool {
		p, err := packet.Parse(frame[etherBytes:])
		if err == nil && (p.Protocol == packet.ICMP4 || p.Protocol == packet.ICMP6) {
			select {
			case replies <- frame[etherBytes+p.IPBytes]:
			default:
			}
		}
		return true
	}
	r.wire.mu.Unlock()
	for want, frame := range map[uint8][]byte{
		uint8(header.ICMPv4EchoReply): echo4(), uint8(header.ICMPv6EchoReply): echo6(),
	} {
		await(t, "an echo reply", func() bool {
			r.wire.Inject(frame)
			for range len(replies) {
				if <-replies == want {
					return true
				}
			}
			return false
		})
	}
}

// toMachine returns the start of a frame of a kind.
func toMachine(kind uint16) []byte {
	return []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, byte(kind >> 8), byte(kind)}
}

func echo4() []byte {
	b := make([]byte, header.IPv4MinimumSize+header.ICMPv4MinimumSize)
	ip := header.IPv4(b)
	ip.Encode(&header.IPv4Fields{
		TotalLength: uint16(len(b)), TTL: 64, Protocol: packet.ICMP4,
		SrcAddr: addressOf(netip.MustParseAddr(outsideIP)),
		DstAddr: addressOf(netip.MustParseAddr(machineIP)),
	})
	ip.SetChecksum(^ip.CalculateChecksum())
	icmp := header.ICMPv4(b[header.IPv4MinimumSize:])
	icmp.SetType(header.ICMPv4Echo)
	icmp.SetChecksum(^checksum.Checksum(icmp, 0))
	return append(toMachine(typeIP4), b...)
}

func echo6() []byte {
	b := make([]byte, header.IPv6MinimumSize+header.ICMPv6EchoMinimumSize)
	src := addressOf(netip.MustParseAddr(outsideIP6))
	dst := addressOf(netip.MustParseAddr(machineIP6))
	header.IPv6(b).Encode(&header.IPv6Fields{
		PayloadLength:     header.ICMPv6EchoMinimumSize,
		TransportProtocol: tcpip.TransportProtocolNumber(packet.ICMP6), HopLimit: 64,
		SrcAddr: src, DstAddr: dst,
	})
	icmp := header.ICMPv6(b[header.IPv6MinimumSize:])
	icmp.SetType(header.ICMPv6EchoRequest)
	icmp.SetChecksum(header.ICMPv6Checksum(header.ICMPv6ChecksumParams{
		Header: icmp, Src: src, Dst: dst,
	}))
	return append(toMachine(typeIP6), b...)
}
