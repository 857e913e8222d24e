package hosted

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Config tells what machine to make.
type Config struct {
	Cores    int      // 1 to CoresMax
	Instance string   // the program file that every core runs; it calls Attach
	Args     []string // what BootInfo.Args tells the cores; Args[0] names the program to run
	NoPin    bool     // leave the cores' CPUs to Linux; then they do not spin

	// ArgsOf is asked for a core's arguments, if it is there; then Args is not.
	ArgsOf func(core int) []string

	// Janitor is a command that calls Janitor with its further arguments. Without it the machine
	// uses only those huge pages that are free already.
	Janitor []string

	Ports []Port // published ones: the host has them under another number
	// Steer makes what chooses a core for what comes to a published port, once for each; package
	// steer has one. Without it, Linux chooses by a hash of its own.
	Steer func(cores int) (Steering, error)

	Input  *os.File          // the cores' standard input, one for all; nil: none
	Output *os.File          // the cores' standard output and error; nil: the launcher's own two
	Warn   func(line string) // is told what is not as good as it could be; may be nil

	pool string                       // tests only: stands for poolDir
	pin  func(set *unix.CPUSet) error // tests only: stands for setAffinity
}

// check refuses what cannot work, and fills in what was left out.
func (c *Config) check() error {
	if c.Cores < 1 || c.Cores > CoresMax {
		return fmt.Errorf("hosted: %d cores: want 1 to %d", c.Cores, CoresMax)
	}
	if c.ArgsOf == nil {
		c.ArgsOf = func(int) []string { return c.Args }
	}
	for core := range c.Cores {
		size := 0
		for _, arg := range c.ArgsOf(core) {
			size += len(arg) + 1
		}
		if size > argsBytesMax {
			return fmt.Errorf("hosted: %d bytes of arguments: want at most %d", size, argsBytesMax)
		}
	}
	if err := checkInstance(c.Instance); err != nil {
		return err
	}
	if err := checkPorts(c.Ports); err != nil {
		return err
	}
	if c.Warn == nil {
		c.Warn = func(string) {}
	}
	if c.pool == "" {
		c.pool = poolDir
	}
	if c.pin == nil {
		c.pin = setAffinity
	}
	return nil
}

func checkInstance(path string) error {
	stat, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("hosted: instance: %w", err)
	}
	if !stat.Mode().IsRegular() || unix.Access(path, unix.X_OK) != nil {
		return fmt.Errorf("hosted: instance %s has mode %v: want a program file", path, stat.Mode())
	}
	return nil
}
