package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// Bytes of the serial line that mean something, as on any terminal: the end of input, and that the
// next byte means nothing but itself. The second is only for programs: apps get what was typed.
const (
	endOfInput = 0x04 // Ctrl-D
	literal    = 0x16 // Ctrl-V
)

// console says how the serial console is connected. Its output is always standard output.
type console struct {
	// The terminal is QEMU's, in raw mode: each key goes to the machine, and Ctrl-A X ends it.
	// Otherwise the terminal, if there is one, stays as it is, with its own editing of lines.
	raw bool

	input   io.Reader // copied to the machine, unless raw; nil: there is none
	program bool      // a program reads it, and no app
}

// arguments returns QEMU's.
func (c *console) arguments() []string {
	if !c.raw {
		return []string{"-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"}
	}
	return []string{
		"-chardev", "stdio,id=console,signal=off,mux=on", "-serial", "chardev:console",
		"-mon", "chardev=console,mode=readline",
	}
}

// start starts QEMU with the console.
func (c *console) start(qemu *exec.Cmd) error {
	switch {
	case c.raw:
		qemu.Stdin = os.Stdin
	case c.input == nil:
		qemu.SysProcAttr.Setpgid = true // a Ctrl-C is ours to handle
	default:
		qemu.SysProcAttr.Setpgid = true
		line, err := qemu.StdinPipe()
		if err != nil {
			return err
		}
		if err := qemu.Start(); err != nil {
			return err
		}
		go c.feed(line)
		return nil
	}
	return qemu.Start()
}

// feed copies the input to the serial line, and tells its end.
func (c *console) feed(line io.Writer) error {
	in, out := bufio.NewReader(c.input), bufio.NewWriter(line)
	for {
		b, err := in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			out.WriteByte(endOfInput)
			return out.Flush()
		case err != nil:
			return err
		case c.program && (b == endOfInput || b == literal):
			out.WriteByte(literal)
		}
		out.WriteByte(b)
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// typed returns a file that brings what comes on standard input, and never ends: a machine on
// hosted goes on without a console. Its cores may not read the terminal themselves: they are in the
// background, as Linux sees them.
func typed() (*os.File, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("skerry: the console: %w", err)
	}
	signal.Ignore(syscall.SIGTTIN) // in the background too, only the console is lost
	go func() {
		io.Copy(in, os.Stdin)
		select {} // keeps the pipe open
	}()
	return out, nil
}

// watchKeys has the terminal, if this process has one, hand over each key at once and show none:
// the console does. Keys that send signals still do.
func watchKeys() {
	group, err := unix.IoctlGetInt(syscall.Stdin, unix.TIOCGPGRP)
	if err != nil || group != unix.Getpgrp() || !onTerminal() {
		return
	}
	if settings, err := unix.IoctlGetTermios(syscall.Stdin, unix.TCGETS); err == nil {
		settings.Lflag &^= unix.ICANON | unix.ECHO
		unix.IoctlSetTermios(syscall.Stdin, unix.TCSETS, settings)
	}
}

// terminal is how standard input and output were before QEMU changed them.
type terminal struct {
	settings *unix.Termios // nil: standard input is no terminal
	flags    [2]int        // of files 0 and 1
}

func saveTerminal() *terminal {
	t := &terminal{}
	for fd := range t.flags {
		t.flags[fd], _ = unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	}
	t.settings, _ = unix.IoctlGetTermios(syscall.Stdin, unix.TCGETS)
	return t
}

func (t *terminal) restore() {
	for fd, flags := range t.flags {
		unix.FcntlInt(uintptr(fd), unix.F_SETFL, flags)
	}
	if t.settings != nil {
		unix.IoctlSetTermios(syscall.Stdin, unix.TCSETS, t.settings)
	}
}

// onTerminal tells whether a person sits at standard input and output.
func onTerminal() bool {
	_, in := unix.IoctlGetTermios(syscall.Stdin, unix.TCGETS)
	_, out := unix.IoctlGetTermios(syscall.Stdout, unix.TCGETS)
	return in == nil && out == nil
}
