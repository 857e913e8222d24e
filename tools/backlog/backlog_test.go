package backlog

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// listening starts a process that has a socket with room for one client that waits, and never
// accepts one; it returns the process and the socket's address.
func listening(t *testing.T) (process int, address string) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 1); err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "socket")
	defer file.Close()
	l, err := net.FileListener(file)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	child := exec.Command("sleep", "60")
	child.ExtraFiles = []*os.File{file}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill(); child.Wait() })
	return child.Process.Pid, l.Addr().String()
}

// clients returns how many of some clients the kernel lets in at once.
func clients(t *testing.T, address string, count int) (in int) {
	for range count {
		c, err := net.DialTimeout("tcp", address, 100*time.Millisecond)
		if err == nil {
			in++
			t.Cleanup(func() { c.Close() })
		}
	}
	return in
}

// A burst of clients can wait at a port on which another process listens for one. Planted: one that
// is left as it is.
func TestRaise(t *testing.T) {
	const burst = 20
	process, address := listening(t)
	handle, err := unix.PidfdOpen(process, 0)
	if err != nil {
		t.Skip("NOT TESTED: ", err)
	}
	defer unix.Close(handle)
	if _, err := raiseOnce(process, handle); err != nil {
		t.Skip("NOT TESTED: ", err)
	}
	Raise(process, 1)
	if in := clients(t, address, burst); in != burst {
		t.Errorf("%d of %d clients are let in: want all", in, burst)
	}
	if _, untouched := listening(t); clients(t, untouched, 5) == 5 {
		t.Error("a port that is left as it is lets all in, too")
	}
	Raise(1<<22+1, 1) // no such process
}

// A process that opens and closes sockets meanwhile, as QEMU does when it starts, and listens on
// one that is no port, has its ports counted all the same.
func TestRaiseInTheMidst(t *testing.T) {
	handle, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		t.Skip("NOT TESTED: ", err)
	}
	defer unix.Close(handle)
	control, err := net.Listen("unix", filepath.Join(t.TempDir(), "control"))
	if err != nil {
		t.Fatal(err)
	}
	defer control.Close()
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	var stop atomic.Bool
	var others sync.WaitGroup
	defer others.Wait()
	defer stop.Store(true)
	others.Go(func() {
		for !stop.Load() {
			s, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err == nil {
				unix.Close(s)
			}
		}
	})
	for range 2000 {
		raised, err := raiseOnce(os.Getpid(), handle)
		if errors.Is(err, unix.EPERM) {
			t.Skip("NOT TESTED: ", err)
		}
		if raised != 1 || err != nil {
			t.Fatalf("%d ports, error %v: want one", raised, err)
		}
	}
}
