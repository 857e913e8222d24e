package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"skerry/apps/httpd"
	"skerry/apps/kv"
	"skerry/coreos"
	"skerry/test/bench/harness"
	"skerry/test/bench/loopback"
	"skerry/test/bench/server"
	"skerry/test/serve/storm"
)

// netName names the benchmark.
const netName = "net"

// netTime is how long the samples take: ten rounds; but for the tail, each case has five.
const netTime = 8 * time.Minute

// The programs of others that serve the same, and ours.
const (
	ours      = "Skerry"
	sparing   = "Skerry, one core a spare"
	oneGo     = "one Go process"
	gohttp    = "skerry/test/serve/rivals/gohttp"
	gokv      = "skerry/test/serve/rivals/gokv"
	httpdPort = 80
	kvPort    = 6379
)

// netApps are what the cores of the machines run, besides what package worker has.
func netApps() []coreos.App {
	return append(loopback.Apps(), httpd.App(), kv.App(), storm.App())
}

// netCase is a part of the benchmark that can be run alone.
type netCase struct {
	name  string
	about string
	needs []tool
	open  func(*nets) ([]harness.Subject, []harness.Bar, error)
}

func netCases() []netCase {
	return []netCase{
		{"tail", "latency beside a storm of garbage", nil, (*nets).tail},
		{"page", "a static page, by wrk", []tool{wrkTool}, (*nets).page},
		{"kv", "a key-value store, by redis-benchmark", []tool{redisTool}, (*nets).kv},
		{"udp", "packets from core to core", nil, (*nets).udp},
		{"guest", "both services in QEMU, against Linux there",
			[]tool{wrkTool, redisTool, qemuTool}, (*nets).guest},
		{"death", "a core dies under load", nil, (*nets).death},
	}
}

func netCaseNames() string {
	var names []string
	for _, c := range netCases() {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

// tool is a program that must be there, and the Debian package that has it.
type tool struct{ command, pack string }

// Clients and servers of others.
var (
	wrkTool   = tool{"wrk", "wrk"}
	redisTool = tool{"redis-benchmark", "redis-tools"}
	redisRun  = tool{"redis-server", "redis-server"}
	nginxTool = tool{"nginx", "nginx-light"}
	qemuTool  = tool{qemuName, "qemu-system-x86"}
)

// nets holds what the cases share.
type nets struct {
	folder  string
	self    string
	cpus    []int // two
	log     io.Writer
	notes   *notes
	quick   bool
	seed    uint64
	janitor []string
}

func openNet(o options, log io.Writer) (*setup, error) {
	n := &nets{log: log, notes: newNotes(), quick: o.quick, seed: o.seed}
	s := &setup{close: n.close, notes: n.notes, time: netTime,
		note: "on two CPUs, which servers and clients share"}
	if err := n.prepare(o); err != nil {
		return nil, errors.Join(err, n.close())
	}
	for _, c := range netCases() {
		if o.kase != "" && o.kase != c.name || !n.all(c.name, c.needs...) {
			continue
		}
		subjects, bars, err := c.open(n)
		if err != nil {
			fmt.Fprintf(log, "NOT MEASURED: %s: %v\n", c.name, err)
			continue
		}
		if c.name == "death" {
			s.count = n.recorded
		}
		if o.kase == "" && c.name != "tail" {
			everyOther(subjects)
		}
		s.subjects, s.bars = append(s.subjects, subjects...), append(s.bars, bars...)
	}
	if len(s.subjects) == 0 {
		return nil, errors.Join(fmt.Errorf("bench: no case %q that could run: want one of %s",
			o.kase, netCaseNames()), n.close())
	}
	return s, nil
}

// everyOther spares time in a run of all cases: the tail of a latency needs more samples than
// others.
func everyOther(subjects []harness.Subject) {
	for i := range subjects {
		subjects[i].Every = 2
	}
}

func (n *nets) prepare(o options) (err error) {
	first, second, err := harness.TwoCPUs()
	if err != nil {
		return err
	}
	n.cpus = []int{first, second}
	if n.self, err = os.Executable(); err != nil {
		return fmt.Errorf("bench: find this program: %w", err)
	}
	if !o.smallPages {
		n.janitor = []string{n.self, janitorVerb}
	}
	n.folder, err = os.MkdirTemp("", "bench")
	return err
}

func (n *nets) close() error { return os.RemoveAll(n.folder) }

// all tells whether the tools are there that a case, or a subject, needs; if not, it says loudly
// how to get them.
func (n *nets) all(what string, tools ...tool) bool {
	there := true
	for _, t := range tools {
		if _, err := exec.LookPath(t.command); err != nil {
			fmt.Fprintf(n.log, "NOT MEASURED: %s, for want of %s: apt-get install %s\n", what,
				t.command, t.pack)
			there = false
		}
	}
	return there
}

// build builds a rival, once.
func (n *nets) build(program string) (path string, err error) {
	path = filepath.Join(n.folder, filepath.Base(program))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, buildStatic(program, path)
}

// starter starts a server afresh for each sample, so that none has another's garbage.
type starter func() (*server.Server, error)

// machine returns how to start a hosted machine.
func (n *nets) machine(port uint16, apps ...string) starter {
	return startOf(server.Machine{Instance: n.self, Apps: apps, Port: port, CPUs: n.cpus,
		Janitor: n.janitor})
}

// loose returns how to start one whose cores Linux places, as it does the threads of the rivals.
// Where clients compute on the same CPUs, a core that is pinned waits for its own while a client
// has it, and the other CPU idles.
func (n *nets) loose(port uint16, apps ...string) starter {
	return startOf(server.Machine{Instance: n.self, Apps: apps, Port: port, CPUs: n.cpus,
		NoPin: true, Janitor: n.janitor})
}

func startOf(m server.Machine) starter {
	return func() (*server.Server, error) {
		s, _, err := m.Start()
		return s, err
	}
}

// rival returns how to start a Go program.
func (n *nets) rival(program string, args ...string) (starter, error) {
	path, err := n.build(program)
	return func() (*server.Server, error) { return server.Rival(path, n.cpus, args...) }, err
}

// perSecond is a rate.
func perSecond(metric string) harness.Kind {
	return harness.Kind{Metric: metric, Unit: "a second",
		Value: func(count int, elapsed time.Duration) float64 {
			return float64(count) / elapsed.Seconds()
		}}
}

// rateCount is the count of a sample whose rate its client tells: the time is that of so many.
const rateCount = 1_000_000

// atRate returns how long count take.
func atRate(count int, rate float64) time.Duration {
	return time.Duration(float64(count) / rate * float64(time.Second))
}
