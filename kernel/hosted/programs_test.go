package hosted

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

var errTest = errors.New("an error of the program")

// watchDeaths prints a line for each death that it is told of, with the time.
func watchDeaths(core kernel.Core) error {
	fmt.Printf("core %d watches, life %d\n", core.Boot().Core, core.Boot().Incarnation)
	for {
		core.Wait(kernel.Forever)
		for n, ok := core.Notice(); ok; n, ok = core.Notice() {
			fmt.Printf("core %d: %v, life %d, was %v at %d\n",
				core.Boot().Core, n.Core, n.Incarnation, n.Cause, core.Now())
		}
	}
}

// stopFirst suspends core 0, which then reads nothing that the launcher sends, until somebody
// continues it; other cores end.
func stopFirst(core kernel.Core) error {
	if core.Boot().Core != 0 {
		return nil
	}
	fmt.Println("process", os.Getpid())
	unix.Kill(os.Getpid(), unix.SIGSTOP)
	return watchDeaths(core)
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

// attachTwice starts a second process with this one's page, which claims to be the same core.
func attachTwice(core kernel.Core) error {
	c := core.(*Core)
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
