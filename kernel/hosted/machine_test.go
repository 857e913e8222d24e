package hosted

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"skerry/kernel/epitaph"
	"skerry/kernel/kerneltest"
)

// The driver keeps the contract, and does so with more cores than CPUs too.
func TestConformance(t *testing.T) {
	for _, cores := range []int{3, 8} {
		t.Run(fmt.Sprint(cores), func(t *testing.T) {
			r := build(t, cores, "kerneltest")
			if err := r.Run(); err != nil {
				t.Error(err)
			}
			if err := kerneltest.Check(r.said()); err != nil {
				t.Error(err)
			}
		})
	}
}

// However a core ends, its epitaph says how, and Run tells whether all ended well.
func TestEnds(t *testing.T) {
	for _, end := range []struct {
		program string
		cause   epitaph.Cause
		reason  string
		well    bool
	}{
		{"return", epitaph.Exited, "the program returned", true},
		{"fail", epitaph.Panicked, errTest.Error(), false},
		{"panic", epitaph.Panicked, "panic: two", false},
		{"fault", epitaph.Faulted, "[signal SIGSEGV", false},
	} {
		r := build(t, 1, end.program)
		err := r.Run()
		if (err == nil) != end.well {
			t.Errorf("%s: Run returns %v: want success: %v", end.program, err, end.well)
		}
		e, ok := r.Epitaph(0)
		if !ok || e.Cause != end.cause || !strings.HasPrefix(e.Reason, end.reason) {
			t.Errorf("%s: epitaph %q (%v): want %v: %s", end.program, e, ok, end.cause, end.reason)
		}
	}
}

// A core has its own files and its ends of windows, and nothing else that the launcher has open.
// Planted: a launcher's file that is not closed on exec, which the same check must find.
func TestCoreHasItsOwnFilesOnly(t *testing.T) {
	t.Setenv(listVariable, "1")
	// As a shell may leave one; beyond the numbers that a core's own files get.
	strange, err := unix.FcntlInt(0, unix.F_DUPFD, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(strange)
	r := build(t, 4)
	r.start(2, 2)
	r.Wait()
	want := []string{
		"/memfd:skerry-boot", "/memfd:skerry-crash", "/memfd:skerry-page-0", "/memfd:skerry-page-1",
		"/memfd:skerry-page-2", "/memfd:skerry-page-3", "/memfd:skerry-window-0-2",
		"/memfd:skerry-window-1-2", "/memfd:skerry-window-2-3", "anon_inode:[eventfd]",
		"anon_inode:[eventfd]", "anon_inode:[eventfd]", "anon_inode:[eventfd]", "socket",
	}
	first := r.said()
	if got := kinds(first); !slices.Equal(got, want) {
		t.Errorf("core 2 has\n%q: want\n%q", got, want)
	}
	if _, err := unix.FcntlInt(uintptr(strange), unix.F_SETFD, 0); err != nil {
		t.Fatal(err)
	}
	r.start(2, 2)
	r.Wait()
	if got := kinds(r.said()[len(first):]); slices.Equal(got, want) {
		t.Error("the check does not see the planted file")
	}
}

// kinds returns the kinds of files that a core listed, in order.
func kinds(said string) []string {
	list := strings.Split(strings.TrimSpace(said), "\n")
	for i := range list {
		if strings.HasPrefix(list[i], "socket:") {
			list[i] = "socket"
		}
	}
	slices.Sort(list)
	return list
}

// Core i has one P, and is pinned to CPU i of those that the launcher may use, from the first again
// when they run out. Without pinning it keeps them all. It is to spin only where a CPU is its own.
func TestPlaces(t *testing.T) {
	const cores = 3
	r, alone := build(t, cores, "place"), build(t, 1, "place")
	cpus := r.spawner.cpus
	free := buildOf(t, Config{Cores: 1, Args: []string{"place"}, NoPin: true})
	for _, r := range []*rig{r, alone, free} {
		if err := r.Run(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range cores {
		want := fmt.Sprintf("core %d: P 1, CPUs 1, first %d, spins %v\n", i, cpus[i%len(cpus)],
			len(cpus) >= cores)
		if !strings.Contains(r.said(), want) {
			t.Errorf("cores say %q: want %q", r.said(), want)
		}
	}
	want := fmt.Sprintf("core 0: P 1, CPUs 1, first %d, spins true\n", cpus[0])
	if alone.said() != want {
		t.Errorf("core with a CPU of its own says %q: want %q", alone.said(), want)
	}
	want = fmt.Sprintf("core 0: P 1, CPUs %d, first %d, spins false\n", len(cpus), cpus[0])
	if free.said() != want {
		t.Errorf("core without a pin says %q: want %q", free.said(), want)
	}
}

// A second process cannot be the same core, and is told which process is. Planted: a core that
// loses its seat.
func TestSecondInstanceIsRefused(t *testing.T) {
	for _, seat := range []string{"kept", "loose"} {
		r := build(t, 1, "twice", seat)
		r.Run()
		var process, holder int
		_, err := fmt.Sscanf(r.said(), "I am process %d; the second says: hosted: core 0 runs "+
			"already as process %d\n", &process, &holder)
		if refused := err == nil && process == holder; refused != (seat == "kept") {
			t.Errorf("seat %s: the core says %q: want its process twice if kept", seat, r.said())
		}
	}
}

// A machine leaves nothing behind in the launcher.
func TestCloseLeavesNothing(t *testing.T) {
	build(t, 3, "return").Close() // what the Go runtime opens for itself it opens here
	before := openFiles(t)
	r := build(t, 3, "watch")
	r.start(0, 2)
	r.await("core 2 watches")
	r.Close()
	r.Close()
	// The rig itself has its console open.
	eventually(t, "files are closed", func() bool { return openFiles(t) <= before+1 })
	if err := r.Start(0); err != errClosed {
		t.Errorf("Start after Close returns %v: want %v", err, errClosed)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
