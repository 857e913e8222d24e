package server

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMain lets this program be a server, which says on which CPUs it may run.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		var set unix.CPUSet
		unix.SchedGetaffinity(0, &set)
		fmt.Println("CPUs:", set.Count())
		l, err := net.Listen("tcp", os.Args[2])
		for err == nil {
			_, err = l.Accept()
		}
		fmt.Println(err)
		os.Exit(1)
	}
	if len(os.Args) == 3 && os.Args[1] == "fail" {
		fmt.Println("what a pity")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// firstCPU returns a CPU that this process may use.
func firstCPU(t *testing.T) int {
	t.Helper()
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		t.Fatal(err)
	}
	cpu := 0
	for !set.IsSet(cpu) {
		cpu++
	}
	return cpu
}

func start(t *testing.T, verb string) (*Server, error) {
	t.Helper()
	address, err := FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return Start("server", address, []int{firstCPU(t)},
		exec.Command(os.Args[0], verb, address.String()))
}

// A server that was started runs on the CPUs that it was given, its output is kept, and it is gone
// when it is closed.
func TestStart(t *testing.T) {
	s, err := start(t, "serve")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if lines := s.Lines(); len(lines) != 1 || lines[0] != "CPUs: 1" {
		t.Errorf("it said %q: want that it has one CPU", lines)
	}
	if c, err := net.Dial("tcp", s.Address.String()); err == nil {
		c.Close()
		t.Errorf("somebody serves %v after Close: want nobody", s.Address)
	}
}

// A server that ends instead of serving is an error, with what it said.
func TestStartFails(t *testing.T) {
	_, err := start(t, "fail")
	if err == nil || !strings.Contains(err.Error(), "what a pity") {
		t.Errorf("error %v: want one that tells what the program said", err)
	}
}

// The threads of others keep their CPUs.
func TestOn(t *testing.T) {
	var before, after unix.CPUSet
	unix.SchedGetaffinity(0, &before)
	inside := make(chan int)
	go On([]int{firstCPU(t)}, func() error {
		var set unix.CPUSet
		unix.SchedGetaffinity(0, &set)
		inside <- set.Count()
		return nil
	})
	if count := <-inside; count != 1 {
		t.Errorf("%d CPUs inside: want 1", count)
	}
	if unix.SchedGetaffinity(0, &after); after != before {
		t.Errorf("%d CPUs outside: want the %d from before", after.Count(), before.Count())
	}
}
