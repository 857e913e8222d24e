// Package coretest tests a service as its users will meet it: on several cores, over the network,
// with cores that die, all within one go test and without root, QEMU or processes.
//
//	func TestService(t *testing.T) {
//		m := coretest.Start(t, sim.Config{Cores: 4}, service.App())
//		m.Await("tcp", 80)
//		answer, err := m.Client().Get("http://machine/")
//		…
//		m.Kill(2)
//		m.Await("tcp", 80)
//		answer, err = m.Client().Get("http://machine/")
//		…
//	}
//
// The app is the same source as on bare and hosted. Each core is a life of kernel/sim, with a loop,
// windows to the other cores, and a network stack of its own; core 0 drives a network card, and
// when it dies the next core takes that over. The test is the neighbour at the other end of the
// cable.
//
// # What is real
//
// All from the app down to coreos/net and msgpass, with the frames on the cable. Not real are the
// card and its driver, and the cores' memory: the lives share the package variables of the process.
// Time is that of the host: gVisor's stacks sleep in a way that testing/synctest cannot see. So a
// test waits for what it wants to see and never for a time; the seed decides on kicks and deaths,
// but the same seed is only a similar run. A protocol of your own is better tested in virtual time,
// by sim.Run or sim.NewNet.
//
// A core that dies stops at the next use of its loop, so nobody hears of it any more; goroutines
// that do not use it are not stopped, and a panic in a goroutine of an app, other than the one that
// it began in, ends the test.
package coretest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"skerry/coreos"
	"skerry/coreos/net"
	"skerry/coreos/net/card"
	"skerry/coreos/net/wire"
	"skerry/kernel"
	"skerry/kernel/sim"
)

// Machine is a machine that runs beside a test.
type Machine struct {
	*sim.Machine
	t    testing.TB
	wire *wire.Wire
	apps []coreos.App

	mu     sync.Mutex
	lives  map[name]*life
	latest map[kernel.CoreID]*life
	holder *life // has the card; nil: nobody
}

// Start starts a machine on which each core runs the apps. If the config has no arguments, that is
// all of them, without arguments; else those that it names, as in "echo -port 7 + httpd". The
// machine ends with the test. Whatever goes wrong fails the test.
func Start(t testing.TB, cfg sim.Config, apps ...coreos.App) *Machine {
	t.Helper()
	w, err := wire.New(card.Checksums|card.CutTCP4|card.CutTCP6, neighbours()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	m := &Machine{
		t: t, wire: w, lives: map[name]*life{}, latest: map[kernel.CoreID]*life{},
	}
	cfg.Args = argsFor(cfg.Args, apps)
	cfg.Hold = m.hold
	m.apps = append(slices.Clone(apps), net.App(), coreos.App{Name: own, Run: m.attend})
	m.mu.Lock() // lives wait for it before they begin: they use the machine
	defer m.mu.Unlock()
	m.Machine = sim.Start(t, cfg, m.run)
	return m
}

// own is the name of the app by which a machine knows its cores.
const own = "coretest"

// argsFor returns what a core runs: the apps, the network with its addresses, and the own app.
func argsFor(args []string, apps []coreos.App) []string {
	args = slices.Clone(args)
	if len(args) == 0 {
		var names []string
		for _, app := range apps {
			names = append(names, app.Name)
		}
		args = strings.Fields(strings.Join(names, " + "))
	}
	args = append(args, "+", "net", "--gateway", neighbours()[0].Addr().String())
	for _, p := range addresses() {
		args = append(args, "--address", p.String())
	}
	return append(args, "+", own)
}

// Await waits until all cores that run listen on a port, of "tcp" or "udp", and know that of each
// other, and of no core that is dead. Then whoever connects is served.
func (m *Machine) Await(network string, port uint16) {
	m.t.Helper()
	var found string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if found = m.unserved(network, port); found == "" {
			return
		}
	}
	m.t.Fatalf("coretest: port %d of %s after %v: %s", port, network, patience, found)
}

// unserved tells who does not serve a port yet; "": all do.
func (m *Machine) unserved(network string, port uint16) string {
	running := m.Running()
	for _, id := range running {
		m.mu.Lock()
		l := m.latest[id]
		m.mu.Unlock()
		if l == nil {
			return fmt.Sprintf("%v has not begun", id)
		}
		if known := l.listeners(network, port); !slices.Equal(known, running) {
			return fmt.Sprintf("%v knows that %v listen: want %v", id, known, running)
		}
	}
	if len(running) == 0 {
		return m.endings()
	}
	return ""
}

// endings tells how the cores ended.
func (m *Machine) endings() string {
	text := "no core runs: want one"
	for i := range m.Cores() {
		if e, has := m.Epitaph(kernel.MakeCoreID(0, uint16(i))); has {
			text += fmt.Sprintf("; %v", e)
		}
	}
	return text
}
