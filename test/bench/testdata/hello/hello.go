// Hello says on each core that its main function runs: as the instance of a machine on bare, or as
// the first process of Linux, which then switches the machine off.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"skerry/coreos"
	"skerry/kernel"
)

func main() {
	if os.Getpid() != 1 || len(os.Args) > 1 {
		coreos.Main(coreos.App{Name: "hello", Run: func(s *coreos.OS) error {
			say(int(s.Core().Boot().Core.Index()))
			time.Sleep(idleTime)
			if err := tellMemory(s.Core()); err != nil {
				return err
			}
			select {} // until the bench ends the machine: some cores may be slow to come
		}})
		return
	}
	if err := onLinux(); err != nil {
		fmt.Println(err)
	}
	unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

// idleTime is how long a core is idle before it tells what memory it has touched.
const idleTime = 2 * time.Second

func tellMemory(core kernel.Core) error {
	inspector, ok := core.(kernel.Inspector)
	if !ok {
		return errors.New("hello: this driver is no Inspector: want bare")
	}
	status, err := inspector.Status(core.Boot().Core)
	if err == nil {
		fmt.Printf("instance bytes: %d\n", status.Memory)
	}
	return err
}

// say is one write, so that no other core's line gets into it.
func say(core int) { fmt.Printf("hello from core %d\n", core) }

// onLinux says hello on each core in turn.
func onLinux() error {
	runtime.LockOSThread()
	for core := range runtime.NumCPU() {
		var set unix.CPUSet
		set.Set(core)
		if err := unix.SchedSetaffinity(0, &set); err != nil {
			return fmt.Errorf("hello: move to core %d: %w", core, err)
		}
		say(core)
	}
	return nil
}
