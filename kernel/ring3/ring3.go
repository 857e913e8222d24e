// Package ring3 is the instance's half of the CPU driver on bare: what drivercall offers, turned
// into the contract of package kernel.
//
// An instance runs in ring 3, where it cannot touch the driver. It asks by system calls with
// numbers that Linux does not use (driver), sleeps on a file that the driver rings (kernel/bell),
// and finds its windows, the clock and the page on which it shows that it is alive at the addresses
// of kernel/layout.
package ring3

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"skerry/kernel"
	"skerry/kernel/bell"
	"skerry/kernel/drivercall"
	"skerry/kernel/layout"
)

// Booted tells whether a CPU driver runs under this process, and not Linux.
func Booted() bool {
	var facts drivercall.Facts
	return trap{}.info(&facts) == nil
}

// Attach makes this process the core that it runs on. It is called once, before anything else
// happens; after an error the process should end.
func Attach() (*Core, error) {
	fd, err := unix.Open(drivercall.Bell, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("ring3: open %s: %w", drivercall.Bell, err)
	}
	ring, err := bell.New(fd)
	if err != nil {
		return nil, fmt.Errorf("ring3: %w", err)
	}
	c, err := attach(trap{}, ring, os.Args)
	if err != nil {
		return nil, err
	}
	c.clock = theClock()
	pulse, deaths := thePulse()
	c.deaths = deaths
	go c.beat(pulse)
	return c, nil
}

// attach returns the core that the driver tells of.
func attach(d driver, ring *bell.Bell, args []string) (*Core, error) {
	var facts drivercall.Facts
	if err := d.info(&facts); err != nil {
		return nil, fmt.Errorf("ring3: ask the CPU driver which core this is: %w", err)
	}
	if facts.Cores > layout.CoresMax || facts.Core >= facts.Cores {
		return nil, fmt.Errorf("ring3: core %d of %d: want one of at most %d", facts.Core,
			facts.Cores, layout.CoresMax)
	}
	if len(args) < 2 {
		return nil, errors.New("ring3: no arguments: want the name of an app")
	}
	c := &Core{
		boot: kernel.BootInfo{
			Core: kernel.CoreID(facts.Core), Incarnation: facts.Incarnation, Args: args[1:],
			WakeCost: time.Duration(facts.WakeNanos),
		},
		driver:  d,
		bell:    ring,
		windows: make([][]byte, facts.Cores),
	}
	c.told = ^uint64(0) // there may have been deaths
	for i := range facts.Cores {
		c.boot.Cores = append(c.boot.Cores, kernel.CoreID(i))
		if facts.Window[i] != 0 {
			c.windows[i] = windowAt(facts.Window[i])
		}
	}
	return c, nil
}
