package recorder

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
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

// homes are the cores that run the store: all.
func homes() []int { return []int{0, 1, 2} }

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
		awaitWhole(t, address, core, 1)
	}
	return m, address
}

// kill kills a core.
func kill(t *testing.T, m *hosted.Machine, core int) {
	t.Helper()
	if _, err := m.Kill(kernel.CoreID(core)); err != nil {
		t.Fatal(err)
	}
}

// restart starts a core that was killed.
func restart(t *testing.T, m *hosted.Machine, core int) {
	t.Helper()
	err := m.Start(kernel.CoreID(core))
	for ; errors.Is(err, kernel.ErrRunning); err = m.Start(kernel.CoreID(core)) {
		time.Sleep(pause) // until it is reaped
	}
	if err != nil {
		t.Fatal(err)
	}
}

// awaitWhole waits until a life of a core says that the store is whole.
func awaitWhole(t *testing.T, address string, core int, life uint64) {
	t.Helper()
	if err := AwaitWhole(address, core, homes(), life, startMax); err != nil {
		t.Fatal(err)
	}
}

// Processes that run kv are killed one after the other while clients read and write few keys: no
// acknowledged write is lost, and what the clients see is linearizable.
func TestKilledCores(t *testing.T) {
	m, address := start(t)
	trial := Trial{
		Address: address, Clients: 8, Keys: 16, Deaths: 24, Seed: rand.Uint64(),
		PauseMax: 100 * time.Millisecond, Patience: startMax, Homes: homes(), Victims: homes(),
		Renew: func(core int, _ uint64, _ *rand.Rand) error {
			kill(t, m, core)
			restart(t, m, core)
			return nil
		},
	}
	if testing.Short() {
		trial.Deaths = 6
	}
	o, err := trial.Run(t.Context())
	t.Logf("seed %d: %+v", trial.Seed, o)
	if err != nil {
		t.Error(err)
	}
	if !testing.Short() && o.Ended < 10_000 {
		t.Errorf("%d operations ended well: want at least 10000", o.Ended)
	}
}

// A recorder finds it out when acknowledged writes are lost: here, since both cores die that have a
// shard.
func TestLossIsFound(t *testing.T) {
	m, address := start(t)
	r := Start(address, 4, 16)
	for life := uint64(2); ; life++ {
		time.Sleep(100 * time.Millisecond)
		kill(t, m, 1)
		kill(t, m, 2)
		time.Sleep(100 * time.Millisecond)
		info, err := r.info() // of core 0
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(info, "shards_lost:0") {
			break
		}
		if life == 20 {
			t.Skip("core 2 always had a new backup by the time it was killed")
		}
		restart(t, m, 1)
		restart(t, m, 2)
		awaitWhole(t, address, 1, life)
		awaitWhole(t, address, 2, life)
	}
	if _, err := r.Stop(); err != nil {
		t.Error(err)
	}
	if r.Check() == nil {
		t.Error("the history is linearizable though a shard was lost: want it found out")
	}
}
