// Command bench measures Skerry on this machine against the machine's own limits and against what
// others use.
//
//	go run ./test/bench msg [--quick] [--json FILE] [--plot FILE] [--seed N]
//	go run ./test/bench boot [the same]
//	go run ./test/bench trap [the same]
//	go run ./test/bench net [the same] [--case NAME]
//
// How samples are taken and compared is told in package harness; each benchmark is a file here that
// lists its subjects and its bars.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"skerry/coreos"
	"skerry/kernel/hosted"
	"skerry/kernel/ring3"
	"skerry/test/bench/harness"
	"skerry/test/bench/loopback"
	"skerry/test/bench/openloop"
	"skerry/test/bench/worker"
)

const (
	quickTime = 40 * time.Second // with building and starting, a run stays below a minute
	fullTime  = 4 * time.Minute
)

// The verbs by which this program starts itself, as a worker, as one with a machine on bare, as the
// client of a web server, as an end of a stream of packets, or as the janitor of its huge pages.
const (
	clientVerb   = "client"
	loopbackVerb = "loopback"
	workerVerb   = "worker"
	janitorVerb  = "janitor"
	bareVerb     = "bare"
)

func main() {
	if hosted.Booted() || ring3.Booted() {
		coreos.Main(append(worker.Apps(), netApps()...)...) // a core of a machine of a benchmark
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		stop()
		os.Exit(1)
	}
}

// benchmark is what there is to run: open starts what it needs.
type benchmark struct {
	name  string
	about string
	open  func(o options, log io.Writer) (*setup, error)
}

func benchmarks() []benchmark {
	return []benchmark{
		{"msg", "messages between two cores: latency, throughput, bulk, wake-up", openMsg},
		{"boot", "from QEMU's start to Go on the last core, against Linux", openBoot},
		{"trap", "instructions of CPU driver and libOS for system calls, faults, kicks", openTrap},
		{netName, "servers on several cores under load, against other servers", openNet},
	}
}

// setup is a benchmark that is ready to run.
type setup struct {
	subjects []harness.Subject
	bars     []harness.Bar
	probe    func() (float64, error)
	note     string       // what the figures depend on besides the machine
	close    func() error // ends the workers

	time time.Duration // that the samples take, unless a flag says otherwise; 0: the usual

	// count returns the rows of what is always the same, and so needs no samples.
	count func(ctx context.Context, out io.Writer) ([]harness.Row, error)

	// notes are what the samples told besides their values; nil: nothing.
	notes *notes
}

// options are the flags.
type options struct {
	jsonFile, plotFile string
	quick, smallPages  bool
	seed               uint64
	time               time.Duration
	kase               string // of bench net; "": all
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == workerVerb {
		return worker.Main(args[1:], os.Stdin, os.Stdout)
	}
	if len(args) > 0 && args[0] == bareVerb {
		return runBareWorker(args[1:], os.Stdin, os.Stdout)
	}
	if len(args) > 0 && args[0] == clientVerb {
		return openloop.Main(os.Stdin, os.Stdout)
	}
	if len(args) > 0 && args[0] == loopbackVerb {
		return loopback.Main(args[1:])
	}
	if len(args) > 0 && args[0] == janitorVerb {
		return hosted.Janitor(args[1:])
	}
	if len(args) == 0 {
		return errors.New(usage())
	}
	for _, b := range benchmarks() {
		if b.name != args[0] {
			continue
		}
		o, err := parse(b, args[1:])
		if err != nil {
			return err
		}
		return measure(ctx, b, o, "bench "+strings.Join(args, " "), os.Stdout)
	}
	return fmt.Errorf("%q: %s", args[0], usage())
}

func usage() string {
	text := "want one of these benchmarks, and its flags behind it:"
	for _, b := range benchmarks() {
		text += fmt.Sprintf("\n  %-6s %s", b.name, b.about)
	}
	return text
}

func parse(b benchmark, args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench "+b.name, flag.ContinueOnError)
	flags.StringVar(&o.jsonFile, "json", "", "write one object a line to `FILE`")
	flags.StringVar(&o.plotFile, "plot", "", "draw an SVG to `FILE`")
	flags.BoolVar(&o.quick, "quick", false, "take less than a minute")
	flags.BoolVar(&o.smallPages, "small-pages", false, "reserve no huge pages, use none")
	flags.DurationVar(&o.time, "time", 0, "sample for this long (default some minutes, or 40s "+
		"with --quick)")
	flags.Uint64Var(&o.seed, "seed", 0, "order of the samples (default: a random one, printed)")
	if b.name == netName {
		flags.StringVar(&o.kase, "case", "", "measure only this `NAME`: "+netCaseNames())
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("argument %q: want flags only", flags.Arg(0))
	}
	if o.seed == 0 {
		o.seed = uint64(rand.Uint32()) + 1
	}
	if o.time == 0 && o.quick {
		o.time = quickTime
	}
	return o, nil
}

// measure runs one benchmark and reports.
func measure(ctx context.Context, b benchmark, o options, command string,
	out io.Writer) (err error) {
	files, err := o.outputs()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.close()) }()
	s, err := b.open(o, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	header := []string{
		harness.Machine(),
		fmt.Sprintf("%s, %s, seed %d, %s", harness.Stamp(), command, o.seed, s.note),
	}
	fmt.Fprintln(out, strings.Join(header, "\n"))
	rows, result, err := s.rows(ctx, b.name, o, out)
	if err != nil {
		return err
	}
	if err := report(out, rows, s.bars); err != nil {
		return err
	}
	return errors.Join(files.write(b.name, header, rows), failures(out, result))
}

// rows takes the samples.
func (s *setup) rows(ctx context.Context, name string, o options, out io.Writer) (
	rows []harness.Row, result *harness.Result, err error) {
	if s.count != nil {
		if rows, err = s.count(ctx, out); err != nil {
			return nil, nil, err
		}
	}
	if len(s.subjects) == 0 {
		return rows, &harness.Result{}, nil
	}
	plan := harness.Plan{Subjects: s.subjects, Probe: s.probe, Seed: o.seed,
		Time: cmp.Or(o.time, s.time, fullTime)}
	fmt.Fprintf(out, "%d subjects for %v\n", len(s.subjects), plan.Time)
	if result, err = plan.Run(ctx); err != nil {
		return nil, nil, err
	}
	rows = append(rows, harness.Rows(name, s.subjects, result)...)
	return append(rows, s.notes.rows(name)...), result, nil
}

func report(out io.Writer, rows []harness.Row, bars []harness.Bar) error {
	return errors.Join(harness.WriteTable(out, rows),
		harness.WriteVerdicts(out, harness.Judge(bars, rows)))
}

// failures tells how the samples were taken, and returns an error that names every subject that
// failed.
func failures(out io.Writer, r *harness.Result) error {
	if r.Rounds > 0 {
		fmt.Fprintf(out, "\n%d rounds, %d samples, %d dropped because the probes around them "+
			"differ\n", r.Rounds, r.Taken, r.Dropped)
	}
	for _, class := range r.Unseen() {
		fmt.Fprintf(out, "class %s was not seen: the CPUs never were so\n", class)
	}
	var all []error
	for subject, err := range r.Failed {
		all = append(all, fmt.Errorf("%s: %w", subject, err))
	}
	return errors.Join(all...)
}
