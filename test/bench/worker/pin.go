package worker

import (
	"fmt"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// pin lets the calling thread run on one CPU only.
func pin(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("worker: pin to CPU %d: %w", cpu, err)
	}
	return nil
}

// startPinned starts a process all of whose threads run on one CPU only.
func startPinned(command *exec.Cmd, cpu int) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("worker: read the allowed CPUs: %w", err)
	}
	if err := pin(cpu); err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("worker: start side B: %w", err)
	}
	if err := unix.SchedSetaffinity(0, &before); err != nil {
		return fmt.Errorf("worker: allow the former CPUs again: %w", err)
	}
	return nil
}
