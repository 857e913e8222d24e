package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const qemuName = "qemu-system-x86_64"

// board is the one that skerry takes, for all that is compared with each other.
const board = "microvm,rtc=on,pit=on,pic=on,isa-serial=on"

// Ports of machines, as in cmd/skerry.
const (
	statusPort = 0xe9
	exitPort   = 0xf4
)

// virtual is a machine for QEMU. Its console is the command's standard output.
type virtual struct {
	folder      string // for files of its own
	kernel      string
	cores       int
	memoryBytes uint64
	accel       string
	extra       []string // arguments
	files       []*os.File
}

// processors are what QEMU is told to be, by accelerator: as in cmd/skerry.
var processors = map[string]string{"tcg": "max,-aes", "kvm": "host,arch-capabilities=off"}

// give makes a file QEMU's, and returns its path there.
func (v *virtual) give(f *os.File) string {
	v.files = append(v.files, f)
	return fmt.Sprintf("/dev/fd/%d", 2+len(v.files))
}

// command returns how to start the machine. It ends with this process.
func (v *virtual) command(ctx context.Context) *exec.Cmd {
	args := []string{
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-machine", board, "-accel", v.accel, "-cpu", processors[v.accel],
		"-smp", strconv.Itoa(v.cores),
		"-m", fmt.Sprintf("%dK", (v.memoryBytes+1023)/1024), "-kernel", v.kernel,
		"-chardev", "file,id=status,path=" + v.statusFile(),
		"-device", fmt.Sprintf("isa-debugcon,iobase=%#x,chardev=status", statusPort),
		"-device", fmt.Sprintf("isa-debug-exit,iobase=%#x,iosize=4", exitPort),
		"-serial", "stdio",
	}
	c := exec.CommandContext(ctx, qemuName, append(args, v.extra...)...)
	c.ExtraFiles = v.files
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return c
}

func (v *virtual) statusFile() string { return filepath.Join(v.folder, "status") }

// end returns an error unless the machine left exit status 0, which it writes to a port.
func (v *virtual) end(qemu error) error {
	text, err := os.ReadFile(v.statusFile())
	if err != nil || strings.TrimSpace(string(text)) != "0" {
		return fmt.Errorf("bench: a machine ended with status %q, QEMU with %v: want status 0",
			text, qemu)
	}
	return nil
}
