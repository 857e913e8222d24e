package litmus

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"skerry/msgpass"
)

const (
	// cpuVariable makes a process of this test binary the other side, on the given CPU.
	cpuVariable = "LITMUS_CPU"

	// ringBytes is the memory of a ring of 64 slots. The shared memory is two of them: one for
	// words, one for a ring.
	ringBytes = 64 * msgpass.LineBytes

	// patience bounds a wait for the other side.
	patience = 30 * time.Second
)

// side is one of the two processes. Side 0 is the test, and counts.
type side struct {
	index   int
	lines   []*msgpass.Line // for words; lines 0 and 1 are for meet
	ring    []byte
	round   uint64
	started time.Time
}

// newSide pins the calling goroutine to a CPU and maps the shared memory.
func newSide(index, cpu int, file *os.File) (*side, error) {
	runtime.LockOSThread()
	var set unix.CPUSet
	set.Set(cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return nil, fmt.Errorf("litmus: pin to CPU %d: %w", cpu, err)
	}
	mem, err := unix.Mmap(int(file.Fd()), 0, 2*ringBytes, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("litmus: map shared memory: %w", err)
	}
	s := &side{index: index, ring: mem[ringBytes:], started: time.Now()}
	for i := range 64 {
		// A ring that starts at slot i, and was never used, gives line i.
		sender, err := msgpass.NewSender(mem[:ringBytes], i)
		if err != nil {
			return nil, err
		}
		s.lines = append(s.lines, sender.TrySlot())
	}
	return s, nil
}

// meet returns when both sides have called it.
func (s *side) meet() {
	s.round++
	// ORDER: what came before; pairs with the load of the other side.
	atomic.StoreUint64(&s.lines[s.index][0], s.round)
	s.await(func() bool {
		// ORDER: acquires what the other side did before; pairs with its store above.
		return atomic.LoadUint64(&s.lines[1-s.index][0]) >= s.round
	})
}

// await polls until done.
func (s *side) await(done func() bool) {
	for polls := 1; !done(); polls++ {
		if polls%(1<<20) == 0 && time.Since(s.started) > patience {
			panic(fmt.Sprintf("litmus: side %d waits for the other since %v", s.index, s.started))
		}
		msgpass.Pause()
	}
}

// pair starts the other side and returns this one; a function ends the pair.
func pair(t *testing.T) (*side, func()) {
	t.Helper()
	cpus := twoCPUs(t)
	fd, err := unix.MemfdCreate("litmus", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "litmus")
	if err := file.Truncate(2 * ringBytes); err != nil {
		t.Fatal(err)
	}
	other := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLitmus$")
	other.Env = append(os.Environ(), fmt.Sprintf("%s=%d", cpuVariable, cpus[1]))
	other.ExtraFiles, other.Stderr = []*os.File{file}, os.Stderr
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	s, err := newSide(0, cpus[0], file)
	if err != nil {
		t.Fatal(err)
	}
	return s, func() {
		if err := other.Wait(); err != nil {
			t.Errorf("the other side: %v", err)
		}
		file.Close()
	}
}

// twoCPUs returns two CPUs that this process may use.
func twoCPUs(t *testing.T) (cpus []int) {
	t.Helper()
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		t.Fatal(err)
	}
	for cpu := 0; len(cpus) < 2; cpu++ {
		if cpu == len(set)*64 {
			t.Skipf("NOTHING WAS RUN: one CPU cannot run against itself: want two")
		}
		if set.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	return cpus
}

// beOther is the other side's process.
func beOther(t *testing.T, cpu string) {
	n, err := strconv.Atoi(cpu)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSide(1, n, os.NewFile(3, "litmus"))
	if err != nil {
		t.Fatal(err)
	}
	for _, shape := range shapes() {
		s.meet()
		shape.run(s)
	}
}
