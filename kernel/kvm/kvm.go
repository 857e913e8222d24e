// Package kvm measures the host's KVM: how long a guest takes for an instruction in ring 0.
//
// On most hosts the processor runs a guest in every mode, at its own speed. Some hypervisors run
// only programs that way, and emulate what a kernel does, an instruction at a time; a machine with
// a kernel on each core is then better off with QEMU's own translator.
package kvm

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// loops is how often the guest's loop of two instructions goes round: a moment where the processor
// runs it, under a tenth of a second where each is emulated.
const loops = 10_000

// guest is the code, for the mode in which a processor starts.
var guest = [...]byte{
	0xb9, loops & 0xff, loops >> 8, // mov cx, loops
	0x49,       // dec cx
	0x75, 0xfd, // jnz, to the dec
	0xf4, // hlt
}

// InstructionTime returns how long an instruction in the guest's ring 0 takes, as the best of a few
// runs. Errors: the host's KVM does not let this process run a guest.
func InstructionTime() (time.Duration, error) {
	best := time.Duration(1<<63 - 1)
	for range 3 {
		took, err := runGuest()
		if err != nil {
			return 0, fmt.Errorf("kvm: a guest of %d bytes: %w", len(guest), err)
		}
		best = min(best, took)
	}
	return best / (2 * loops), nil
}

// runGuest makes a machine of one page, runs the guest until it halts, and returns for how long.
func runGuest() (time.Duration, error) {
	runtime.LockOSThread() // KVM wants each of its processors to stay with one
	defer runtime.UnlockOSThread()
	device, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer device.Close()
	memory, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_SHARED|unix.MAP_ANON)
	if err != nil {
		return 0, fmt.Errorf("its memory: %w", err)
	}
	defer unix.Munmap(memory)
	copy(memory, guest[:])
	m, err := makeMachine(device, memory)
	defer m.close()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	for err = unix.EINTR; errors.Is(err, unix.EINTR); {
		_, err = request(m.processor, callRun, nil)
	}
	took := time.Since(begin)
	if err != nil {
		return 0, fmt.Errorf("running it: %w", err)
	}
	if reason := m.exitReason(); reason != exitHalt {
		return 0, fmt.Errorf("it ended for reason %d: want %d, a halt", reason, exitHalt)
	}
	return took, nil
}
