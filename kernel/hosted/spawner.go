package hosted

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// spawner starts the cores' processes from a thread of its own. A process inherits the CPU of the
// thread that starts it, and gets the parent-death signal when that thread ends: so this one lives
// as long as the machine, and does nothing else.
type spawner struct {
	allowed unix.CPUSet
	cpus    []int // the CPUs in allowed, ascending; empty: do not pin
	pin     func(*unix.CPUSet) error
	work    chan func()
}

func setAffinity(set *unix.CPUSet) error { return unix.SchedSetaffinity(0, set) }

func newSpawner(noPin bool, pin func(*unix.CPUSet) error) (*spawner, error) {
	s := &spawner{pin: pin, work: make(chan func())}
	if err := unix.SchedGetaffinity(0, &s.allowed); err != nil {
		return nil, fmt.Errorf("hosted: ask which CPUs are allowed: %w", err)
	}
	for cpu := 0; !noPin && len(s.cpus) < s.allowed.Count(); cpu++ {
		if s.allowed.IsSet(cpu) {
			s.cpus = append(s.cpus, cpu)
		}
	}
	go s.run()
	return s, nil
}

func (s *spawner) run() {
	runtime.LockOSThread() // and never unlock: the thread ends with this goroutine
	for work := range s.work {
		work()
	}
}

// close ends the thread, and with it any process it started that is still alive.
func (s *spawner) close() { close(s.work) }

// start starts a process on the CPU of the core with the given index.
func (s *spawner) start(index int, path string, attr *syscall.ProcAttr) (*os.Process, error) {
	var pid int
	var err error
	done := make(chan struct{})
	s.work <- func() {
		defer close(done)
		pid, err = s.startPinned(index, path, attr)
	}
	<-done
	if err != nil {
		return nil, err
	}
	return os.FindProcess(pid) // cannot be another process: nobody else reaps it
}

func (s *spawner) startPinned(index int, path string, attr *syscall.ProcAttr) (int, error) {
	if len(s.cpus) > 0 {
		var set unix.CPUSet
		cpu := s.cpus[index%len(s.cpus)]
		set.Set(cpu)
		if err := s.pin(&set); err != nil {
			return 0, fmt.Errorf("pin it to CPU %d (--no-pin goes without): %w", cpu, err)
		}
		defer s.pin(&s.allowed)
	}
	pid, err := syscall.ForkExec(path, []string{path}, attr)
	if err != nil {
		return 0, fmt.Errorf("run %s: %w", path, err)
	}
	return pid, nil
}

// crowded tells whether so many cores must share CPUs, or run wherever Linux finds one that others
// leave.
func (s *spawner) crowded(cores int) bool {
	return cores > s.allowed.Count() || len(s.cpus) == 0
}
