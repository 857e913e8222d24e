package serve

import (
	"math/rand/v2"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"skerry/test/serve/console"
	"skerry/test/serve/recorder"
)

// Cores die at random moments while wrk, redis-benchmark and the clients of a recorder are served:
// by a panic, a fault in ring 0, or an order; all of them, also that with the card and the console.
// No write is lost that was acknowledged, what the recorder sees is linearizable, wrk is served all
// the time, and redis-benchmark whenever no core dies under it.
func TestDeathUnderLoad(t *testing.T) {
	m := serveBare(t)
	w := startWrk(m)
	b := m.startBenchmarks()
	trial := recorder.Trial{
		Address: "127.0.0.1:" + m.redis, Clients: 4, Keys: 16, Deaths: 8, Seed: rand.Uint64(),
		PauseMax: 500 * time.Millisecond, Patience: patience,
		Homes: []int{1, 2, 3}, Victims: []int{0, 1, 2, 3},
		Renew: func(core int, life uint64, dice *rand.Rand) error {
			return m.console.Renew(core, life, console.Draw(dice), patience)
		},
	}
	if testing.Short() {
		trial.Deaths = len(trial.Victims)
	}
	if err := trial.AwaitStart(); err != nil {
		t.Fatal(err)
	}
	o, err := trial.Run(t.Context())
	t.Logf("seed %d: %+v", trial.Seed, o)
	if err != nil {
		t.Error(err)
	}
	w.expectServed()
	b.expectServed()
	m.await("each core has random numbers of a device, and one has frames of a card", func() bool {
		metrics, err := m.curl("/metrics")
		return err == nil && len(seeded.FindAllString(metrics, -1)) == 4 &&
			carries.MatchString(metrics)
	})
}

// seeded and carries are what the metrics tell of a core that was given random numbers of a device,
// and of one that has the card.
var (
	seeded  = regexp.MustCompile(`(?m)^entropy_seeds_total\{core="\d"\} [1-9]`)
	carries = regexp.MustCompile(`(?m)^net_received_total\{core="[01]"\} [1-9]`)
)

// wrk is wrk at work, until it is told to stop.
type wrk struct {
	m      *served
	run    *exec.Cmd
	output strings.Builder
}

func startWrk(m *served) *wrk {
	if _, err := exec.LookPath("wrk"); err != nil {
		m.t.Skip("NOT TESTED: no wrk: `./dev setup` installs it")
	}
	w := &wrk{m: m, run: exec.Command("wrk", "-t1", "-c8", "-d1h", m.web+"/")}
	w.run.Stdout, w.run.Stderr = &w.output, &w.output
	if err := w.run.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { w.run.Process.Kill() })
	return w
}

// expectServed waits until wrk has been answered more often than before, and stops it.
func (w *wrk) expectServed() {
	w.m.t.Helper()
	before := w.m.requests()
	w.m.await("wrk is answered", func() bool { return w.m.requests() > before+100 })
	w.run.Process.Signal(syscall.SIGINT)
	if err := w.run.Wait(); err != nil {
		w.m.t.Errorf("wrk: %v", err)
	}
	w.m.t.Logf("wrk said:\n%s", w.output.String())
}

// requests returns how many requests the web server has answered, on all cores, in their present
// lives.
func (m *served) requests() (sum int) {
	count := regexp.MustCompile(`(?m)^httpd_requests_total\{core="\d"\} (\d+)`)
	metrics, _ := m.curl("/metrics") // an error is as good as no count
	for _, match := range count.FindAllStringSubmatch(metrics, -1) {
		n, _ := strconv.Atoi(match[1])
		sum += n
	}
	return sum
}

// benchmarks are runs of redis-benchmark, one after the other. Each is broken off by the first of
// its connections that ends, and by the first error that the store tells: there is no flag against
// that.
type benchmarks struct {
	m     *served
	over  atomic.Bool
	ended chan struct{}

	whole, broken atomic.Int64
}

func (m *served) startBenchmarks() *benchmarks {
	b := &benchmarks{m: m, ended: make(chan struct{})}
	go func() {
		defer close(b.ended)
		for !b.over.Load() {
			b.run()
		}
	}()
	m.t.Cleanup(func() {
		b.over.Store(true)
		<-b.ended
	})
	return b
}

func (b *benchmarks) run() {
	text, err := exec.Command("redis-benchmark", "-p", b.m.redis, "-t", "set", "-n", "500", "-c",
		"4", "-r", "100", "-q").CombinedOutput()
	if err == nil {
		b.whole.Add(1)
		return
	}
	b.broken.Add(1)
	if !brokenOff.Match(text) {
		b.m.t.Errorf("redis-benchmark: %v: %q: want a connection that ended, or a write in doubt",
			err, text)
	}
}

// brokenOff is what redis-benchmark says when a core dies.
var brokenOff = regexp.MustCompile(`Error: (Server closed the connection|` +
	`Connection reset by peer)|Error writing to the server|Error from server: INDOUBT`)

// expectServed waits for a run that begins now, and ends well.
func (b *benchmarks) expectServed() {
	b.m.t.Helper()
	before := b.whole.Load() + 1 // one may have begun before
	b.m.await("redis-benchmark is served", func() bool { return b.whole.Load() > before })
	b.m.t.Logf("redis-benchmark: %d runs, %d of them broken off", b.whole.Load()+b.broken.Load(),
		b.broken.Load())
}
