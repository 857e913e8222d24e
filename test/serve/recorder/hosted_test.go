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

// first returns the first cores.
func first(count int) (cores []int) {
	for core := range count {
		cores = append(cores, core)
	}
	return cores
}

// start starts a machine of which the first cores, the homes, have shards of a store, and the
// others, if there are any, are its spares.
func start(t *testing.T, homes, spares int) (m *hosted.Machine, address string) {
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
		Cores: homes + spares, Instance: self, Args: []string{"kv", "-spares", fmt.Sprint(spares)},
		Ports: []hosted.Port{{Network: "tcp", Port: redisPort, Host: port}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	address = fmt.Sprintf("127.0.0.1:%d", port)
	for id := range kernel.CoreID(homes + spares) {
		if err := m.Start(id); err != nil {
			t.Fatal(err)
		}
	}
	for core := range homes {
		awaitWhole(t, address, first(homes), core, 1)
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
func awaitWhole(t *testing.T, address string, homes []int, core int, life uint64) {
	t.Helper()
	if err := AwaitWhole(address, core, homes, life, startMax); err != nil {
		t.Fatal(err)
	}
}

// Processes that run kv are killed one after the other while clients read and write few keys: no
// acknowledged write is lost, and what the clients see is linearizable.
func TestKilledCores(t *testing.T) {
	m, address := start(t, cores, 0)
	try(t, Trial{
		Address: address, Homes: first(cores), Victims: first(cores),
		Renew: func(core int, _ uint64, _ *rand.Rand) error {
			kill(t, m, core)
			restart(t, m, core)
			return nil
		},
	})
}

// The same is true of a store on one core and its spare, which take turns in dying.
func TestKilledSpare(t *testing.T) {
	m, address := start(t, 1, 1)
	lives := uint64(1) // of the home
	try(t, Trial{
		Address: address, Homes: first(1), Victims: first(2),
		Renew: func(core int, _ uint64, _ *rand.Rand) error {
			kill(t, m, core)
			if core == 0 {
				restart(t, m, core)
				lives++
				return nil
			}
			awaitAlone(t, address)
			restart(t, m, core)
			return AwaitWhole(address, 0, first(1), lives, startMax)
		},
	})
}

// awaitAlone waits until the home knows that its spare is dead.
func awaitAlone(t *testing.T, address string) {
	r := &Recorder{address: address}
	for end := time.Now().Add(startMax); ; time.Sleep(pause) {
		text, err := r.info()
		if err == nil && !whole(text, first(1)) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%v; INFO: %s: want that there is no copy", err, text)
		}
	}
}

// try has cores die, under clients.
func try(t *testing.T, trial Trial) {
	t.Helper()
	trial.Clients, trial.Keys, trial.Deaths, trial.Seed = 8, 16, 24, rand.Uint64()
	trial.PauseMax, trial.Patience = 100*time.Millisecond, startMax
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
	m, address := start(t, cores, 0)
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
		awaitWhole(t, address, first(cores), 1, life)
		awaitWhole(t, address, first(cores), 2, life)
	}
	if _, err := r.Stop(); err != nil {
		t.Error(err)
	}
	if r.Check() == nil {
		t.Error("the history is linearizable though a shard was lost: want it found out")
	}
}
