package hosted

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

var errTest = errors.New("an error of the program")

// watchDeaths prints a line for each death that it is told of, with the time. The argument "drop"
// plants a core that drops the notice of life 3.
func watchDeaths(core kernel.Core) error {
	fmt.Printf("core %d watches, life %d\n", core.Boot().Core, core.Boot().Incarnation)
	for {
		core.Wait(kernel.Forever)
		for n, ok := core.Notice(); ok; n, ok = core.Notice() {
			if n.Incarnation == 3 && slices.Contains(core.Boot().Args, "drop") {
				continue
			}
			fmt.Printf("core %d: %v, life %d, was %v at %d\n",
				core.Boot().Core, n.Core, n.Incarnation, n.Cause, core.Now())
		}
	}
}

// stopFirst suspends core 0, which then reads nothing that the launcher sends, until somebody
// continues it. Other cores end at once, without what the race detector does at an exit.
func stopFirst(core kernel.Core) error {
	if core.Boot().Core != 0 {
		unix.Kill(os.Getpid(), unix.SIGKILL)
	}
	fmt.Println("process", os.Getpid())
	unix.Kill(os.Getpid(), unix.SIGSTOP)
	return watchDeaths(core)
}

// tellPlace prints where the core runs, with how many Ps, and whether it is to spin.
func tellPlace(core kernel.Core) error {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return err
	}
	first := 0
	for !set.IsSet(first) {
		first++
	}
	fmt.Printf("core %d: P %d, CPUs %d, first %d, spins %v\n", core.Boot().Core,
		runtime.GOMAXPROCS(0), set.Count(), first, core.Boot().WakeCost > 0)
	return nil
}

// listVariable makes an instance list its files, and not attach.
const listVariable = "SKERRY_TEST_LIST"

// listFiles prints which files this process was started with, beyond the standard three.
func listFiles() {
	for fd := 3; fd < 256; fd++ {
		target, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		if err != nil || strings.HasPrefix(target, "/sys/fs/cgroup/") || target == epollName {
			continue // not there, or the Go runtime's own
		}
		fmt.Println(strings.TrimSuffix(target, " (deleted)"))
	}
}

const epollName = "anon_inode:[eventpoll]"

// attachTwice starts a second process with this one's page, which claims to be the same core. The
// argument "loose" plants a core that closes a file of its page, and so loses its seat.
func attachTwice(core kernel.Core) error {
	c := core.(*Core)
	if c.boot.Args[1] == "loose" {
		file, err := unix.Dup(c.pageFile)
		if err != nil {
			return err
		}
		unix.Close(file)
	}
	record := &bootRecord{Version: bootVersion, Core: c.boot.Core, Page: 4}
	boot, err := record.write()
	if err != nil {
		return err
	}
	second := exec.Command("/proc/self/exe")
	second.ExtraFiles = []*os.File{
		os.NewFile(uintptr(boot), "boot"), os.NewFile(uintptr(c.pageFile), "page"),
	}
	second.Env = append(os.Environ(), bootVariable+"=3")
	said, err := second.CombinedOutput()
	fmt.Printf("I am process %d; the second says: %s", os.Getpid(), said)
	if err == nil {
		return errors.New("a second process became the same core")
	}
	return nil
}
