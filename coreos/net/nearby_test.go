package net

import (
	"net/netip"
	"testing"

	"skerry/coreos/net/packet"
)

// An address that no other machine has, as of a loop, of many or of this one, is no sender's.
func TestMartians(t *testing.T) {
	near := nearbyOf([]netip.Prefix{
		netip.MustParsePrefix("10.0.2.15/22"), netip.MustParsePrefix("192.0.2.1/31"),
		netip.MustParsePrefix("2001:db8::5/64"),
	})
	for text, want := range map[string]bool{
		"127.0.0.1": true, "127.9.9.9": true, "::1": true, "224.0.0.1": true,
		"239.255.255.255": true, "ff02::1": true, "255.255.255.255": true, "10.0.3.255": true,
		"10.0.2.15": true, "2001:db8::5": true, "192.0.2.1": true,
		"10.0.2.255": false, "192.0.2.0": false, "126.0.0.1": false, "223.1.1.1": false,
		"2001:db8::6": false, "::2": false, "fe80::1": false,
	} {
		ip := netip.MustParseAddr(text)
		if got := near.martian(packet.AddrOf(ip)); got != want {
			t.Errorf("%s is that of no other machine: %v: want %v", text, got, want)
		}
		if a := packet.AddrOf(ip); a.IsLoopback() != ip.IsLoopback() ||
			a.IsMulticast() != ip.IsMulticast() || a.Is4() != ip.Is4() {
			t.Errorf("%s: want it of the kind that the standard library says", text)
		}
	}
}
