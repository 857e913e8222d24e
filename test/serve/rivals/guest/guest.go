// Package guest makes a program the only process of a Linux guest with a network card: it loads the
// card's driver and gives the card its address. Elsewhere it does nothing.
package guest

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Modules is where the modules of the kernel are, in the order of their names.
const Modules = "/modules"

// Names of network interfaces, and the address that QEMU's own network expects a guest to have.
const (
	loop = "lo"
	card = "eth0"
)

const (
	// cardTimeMax is how long the card may take to appear.
	cardTimeMax = 10 * time.Second
	cardPoll    = 10 * time.Millisecond
)

// Begin sets the guest up, if this is its first process.
func Begin() error {
	if os.Getpid() != 1 {
		return nil
	}
	files, err := filepath.Glob(Modules + "/*")
	if err != nil {
		return fmt.Errorf("guest: modules: %w", err)
	}
	for _, file := range files {
		if err := load(file); err != nil {
			return fmt.Errorf("guest: load %s: %w", file, err)
		}
	}
	if err := address(loop, []byte{127, 0, 0, 1}, []byte{255, 0, 0, 0}); err != nil {
		return err
	}
	end := time.Now().Add(cardTimeMax)
	err = address(card, []byte{10, 0, 2, 15}, []byte{255, 255, 255, 0})
	for err != nil && time.Now().Before(end) {
		time.Sleep(cardPoll)
		err = address(card, []byte{10, 0, 2, 15}, []byte{255, 255, 255, 0})
	}
	return err
}

// load loads a module.
func load(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.FinitModule(int(f.Fd()), "", 0)
}

// address gives an interface its address, and switches it on.
func address(name string, ip, mask []byte) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("guest: socket: %w", err)
	}
	defer unix.Close(s)
	request, err := unix.NewIfreq(name)
	if err != nil {
		return fmt.Errorf("guest: interface %s: %w", name, err)
	}
	for _, step := range []struct {
		call uint
		set  func() error
	}{
		{unix.SIOCSIFADDR, func() error { return request.SetInet4Addr(ip) }},
		{unix.SIOCSIFNETMASK, func() error { return request.SetInet4Addr(mask) }},
		{unix.SIOCSIFFLAGS, func() error { request.SetUint16(unix.IFF_UP); return nil }},
	} {
		if err := step.set(); err != nil {
			return fmt.Errorf("guest: interface %s: %w", name, err)
		}
		if err := unix.IoctlIfreq(s, step.call, request); err != nil {
			return fmt.Errorf("guest: interface %s, ioctl %#x: %w", name, step.call, err)
		}
	}
	return nil
}
