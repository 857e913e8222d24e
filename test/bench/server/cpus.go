package server

import (
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// On calls do on a thread that may run on the given CPUs only. The thread is not given back: what
// it starts may end with it, so it lives as long as the goroutine.
func On(cpus []int, do func() error) error {
	runtime.LockOSThread()
	var before, wanted unix.CPUSet
	for _, cpu := range cpus {
		wanted.Set(cpu)
	}
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("server: read the allowed CPUs: %w", err)
	}
	if err := unix.SchedSetaffinity(0, &wanted); err != nil {
		return fmt.Errorf("server: run on CPUs %v: %w", cpus, err)
	}
	return errors.Join(do(), unix.SchedSetaffinity(0, &before))
}
