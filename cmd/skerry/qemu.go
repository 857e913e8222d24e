package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"skerry/tools/backlog"
)

// qemuName is the program, and qemuPackage what brings it on Debian and Ubuntu.
const (
	qemuName    = "qemu-system-x86_64"
	qemuPackage = "qemu-system-x86"
)

// Files that QEMU is given: no file in a folder, so that nothing is left, however all ends.
const (
	imagePath  = "/dev/fd/3"
	statusPath = "/dev/fd/4"
)

// Ports of the machine. What a core writes to the first as text, a number and a newline, is the
// exit status; anything written to the second ends QEMU.
const (
	statusPort = 0xe9
	exitPort   = 0xf4
)

// statusMax is what an exit status can be at most.
const statusMax = 255

// virtual is a machine for QEMU.
type virtual struct {
	qemu   string // the program
	image  []byte
	cores  int
	memory uint64 // bytes
	board  string
	accel  accel
	gdb    bool // wait for a debugger before the first instruction

	devices []device
	console
}

// findQEMU returns the path of the program.
func findQEMU() (string, error) {
	path, err := exec.LookPath(qemuName)
	if err != nil {
		return "", fmt.Errorf("skerry: no %s on PATH: want QEMU: on Debian and Ubuntu "+
			"`sudo apt install %s`", qemuName, qemuPackage)
	}
	return path, nil
}

// boards are QEMU's names of the boards that --board takes, with the devices that the CPU driver
// uses.
var boards = map[string]string{
	"microvm": "microvm,rtc=on,pit=on,pic=on,isa-serial=on,ioapic2=off",
	"q35":     "q35",
}

// arguments returns QEMU's command line.
func (v *virtual) arguments() ([]string, error) {
	args := []string{
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-machine", boards[v.board], "-accel", v.accel.name, "-cpu", v.accel.cpu,
		"-smp", strconv.Itoa(v.cores), "-m", fmt.Sprintf("%dK", (v.memory+1023)/1024),
		"-kernel", imagePath,
		"-chardev", "file,id=status,path=" + statusPath,
		"-device", fmt.Sprintf("isa-debugcon,iobase=%#x,chardev=status", statusPort),
		"-device", fmt.Sprintf("isa-debug-exit,iobase=%#x,iosize=4", exitPort),
	}
	args = append(args, v.deviceArguments()...)
	args = append(args, v.console.arguments()...)
	if v.gdb {
		address, err := freePort()
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(os.Stderr, "skerry: waits for gdb: target remote %s\n", address)
		args = append(args, "-S", "-gdb", "tcp:"+address)
	}
	return args, nil
}

// freePort returns an address of this machine on which nobody listened a moment ago.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("skerry: a port for gdb: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// run returns the machine's exit status when it has ended, be it by a signal to this process.
func (v *virtual) run() (int, error) {
	image, err := memoryFile("image", v.image)
	if err != nil {
		return statusFailed, err
	}
	status, err := memoryFile("status", nil)
	if err != nil {
		return statusFailed, err
	}
	args, err := v.arguments()
	if err != nil {
		return statusFailed, err
	}
	c := exec.Command(v.qemu, args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	c.ExtraFiles = []*os.File{image, status}
	// QEMU ends with the thread that starts it, which so must not end before this process does.
	runtime.LockOSThread()
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	defer saveTerminal().restore()
	signals := caughtSignals()
	if err := v.console.start(c); err != nil {
		return statusFailed, fmt.Errorf("skerry: %w", err)
	}
	go backlog.Raise(c.Process.Pid, v.listens())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case s := <-signals:
		c.Process.Kill()
		<-ended
		return 128 + int(s.(syscall.Signal)), nil
	case err := <-ended:
		return exitStatus(status, err)
	}
}

// exitStatus returns what the machine wrote to its status port, if QEMU ended as the machine told
// it to: with an exit status of its own that is not 0.
func exitStatus(file *os.File, qemu error) (int, error) {
	text := make([]byte, 16)
	n, _ := file.ReadAt(text, 0)
	line, _, complete := strings.Cut(string(text[:n]), "\n")
	status, err := strconv.Atoi(line)
	var exit *exec.ExitError
	switch {
	case complete && err == nil && status >= 0:
		return min(status, statusMax), nil
	case qemu == nil:
		return statusFailed, errors.New("skerry: the machine ended without an exit status: " +
			"by Ctrl-A X, or by a fault that reset it")
	case errors.As(qemu, &exit) && exit.Exited():
		return statusFailed, fmt.Errorf("skerry: QEMU failed: %w", qemu)
	}
	return statusFailed, fmt.Errorf("skerry: QEMU was ended: %w", qemu)
}

// memoryFile returns a file without a name.
func memoryFile(what string, content []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate("skerry "+what, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("skerry: memory for the %s: %w", what, err)
	}
	f := os.NewFile(uintptr(fd), what)
	if _, err := f.Write(content); err != nil {
		return nil, fmt.Errorf("skerry: memory for the %s: %w", what, err)
	}
	return f, nil
}
