package main

import (
	"net"
	"strings"
	"testing"

	"skerry/tools/machine"
)

// takePort takes a port of the host until the test ends.
func takePort(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// Each port that an app on some core serves gets a free one of the host, once: the one that was
// asked for, or its own number if users may have it.
func TestPublications(t *testing.T) {
	busy, own := takePort(t), mustPort(t)
	m := &machine.Machine{
		Apps: []machine.App{
			{Name: "web", Ports: []machine.Port{tcp(80), tcp(busy)}},
			{Name: "kv", Ports: []machine.Port{tcp(own), udp(own)}},
			{Name: "idle", Ports: []machine.Port{tcp(5)}},
		},
		On: [][]int{{0}, {0, 1}},
	}
	asked := mustPort(t)
	o := &options{publish: []publication{
		{Port: tcp(80), host: asked}, {Port: udp(9), host: asked},
	}}
	list, err := o.publications(m)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 5 || list[0].app != "web" || list[0].host != asked || list[1].host != asked ||
		list[2].host == busy || list[3].host != own || list[4].host != own {
		t.Errorf("%+v: want 80 and 9 on %d, %d elsewhere, %d on itself", list, asked, busy, own)
	}
	var said strings.Builder
	tell(list, &said)
	for _, line := range []string{"skerry: web: http://127.0.0.1:", "skerry: kv: 127.0.0.1:",
		"skerry: port 9/udp: 127.0.0.1:", " (UDP)\n"} {
		if !strings.Contains(said.String(), line) {
			t.Errorf("says %q: want %q", &said, line)
		}
	}
	o.publish = []publication{{Port: tcp(80), host: busy}}
	if _, err := o.publications(m); err == nil {
		t.Errorf("port %d, which is taken, is published: want a refusal", busy)
	}
	o.publish = []publication{
		{Port: tcp(80), host: asked}, {Port: tcp(81), host: asked},
	}
	if _, err := o.publications(m); err == nil {
		t.Errorf("port %d is published twice: want a refusal", asked)
	}
}

func mustPort(t *testing.T) uint16 {
	t.Helper()
	for {
		port, err := anyPort("tcp")
		if err != nil {
			t.Fatal(err)
		}
		if free("udp", port) {
			return port
		}
	}
}

// Ports that users may not have, and those that are taken, are published above 8000.
func TestChoose(t *testing.T) {
	p := publication{Port: tcp(81)}
	taken := []publication{{Port: tcp(1), host: 8081}}
	if got, err := choose(taken, p); err != nil || got.host == 81 || got.host == 8081 {
		t.Errorf("port 81 is published as %d, error %v: want neither 81 nor 8081", got.host, err)
	}
	if got, err := choose(nil, p); err != nil || free("tcp", 8081) && got.host != 8081 {
		t.Errorf("port 81 is published as %d, error %v: want 8081, which is free", got.host, err)
	}
}

func tcp(number uint16) machine.Port { return machine.Port{Number: number, Network: "tcp"} }

func udp(number uint16) machine.Port { return machine.Port{Number: number, Network: "udp"} }
