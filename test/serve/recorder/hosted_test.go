package recorder

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"testing"
	"time"

	"skerry/apps/kv"
	"skerry/coreos"
	"skerry/kernel"
	"skerry/kernel/hosted"
)

// TestMain makes the test's binary a core, or the tests.
func TestMain(m *testing.M) {
	if hosted.Booted() {
		coreos.Main(kv.App())
		return
	}
	os.Exit(m.Run())
}

const (
	cores     = 3
	redisPort = 6379
	startMax  = time.Minute // that a store may take until it is whole
)

// start starts a machine that runs kv.
func start(t *testing.T) (m *hosted.Machine, address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // a free port
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m, err = hosted.New(hosted.Config{
		Cores: cores, Instance: self, Args: []string{"kv"},
		Ports: []hosted.Port{{Network: "tcp", Port: redisPort, Host: port}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	address = fmt.Sprintf("127.0.0.1:%d", port)
	for id := range kernel.CoreID(cores) {
		if err := m.Start(id); err != nil {
			t.Fatal(err)
		}
	}
	for core := range cores {
		if err := AwaitWhole(address, core, cores, 1, startMax); err != nil {
			t.Fatal(err)
		}
	}
	return m, address
}

// Processes that run kv are killed one after the other while clients read and write few keys: no
// acknowledged write is lost, and what the clients see is linearizable.
func TestKilledCores(t *testing.T) {
	deaths := 24
	if testing.Short() {
		deaths = 6
	}
	m, address := start(t)
	r := Start(address, 8, 16)
	lives := [cores]uint64{1, 1, 1}
	for i := range deaths {
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
		victim := i % cores
		if _, err := m.Kill(kernel.CoreID(victim)); err != nil {
			t.Fatal(err)
		}
		for m.Start(kernel.CoreID(victim)) != nil { // until it is reaped
			time.Sleep(pause)
		}
		lives[victim]++
		if err := AwaitWhole(address, victim, cores, lives[victim], startMax); err != nil {
			t.Fatal(err)
		}
	}
	counts, err := r.Stop()
	t.Logf("%d deaths: %+v", deaths, counts)
	if err != nil {
		t.Error(err)
	}
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	if !testing.Short() && counts.Ended < 10_000 {
		t.Errorf("%d operations ended well: want at least 10000", counts.Ended)
	}
}
