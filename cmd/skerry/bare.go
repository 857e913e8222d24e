package main

import (
	"os"

	hostkvm "skerry/kernel/kvm"
)

// runBare boots a machine under QEMU and returns its exit status.
func (o *options) runBare() (int, error) {
	qemu, err := findQEMU()
	if err != nil {
		return statusFailed, err
	}
	m, err := o.machine()
	if err != nil {
		return statusFailed, err
	}
	made, err := o.image(m)
	if err != nil {
		return statusFailed, err
	}
	list, err := o.forwards(m, os.Stderr)
	if err != nil {
		return statusFailed, err
	}
	accel, err := chooseAccel(o.bare.accel, qemu, hostkvm.InstructionTime, os.Stderr)
	if err != nil {
		return statusFailed, err
	}
	v := &virtual{
		qemu: qemu, image: made.Bytes, cores: int(made.Manifest.Cores),
		memory: made.MemoryBytes(), board: o.bare.board, accel: accel, gdb: o.bare.gdb,
		devices: devices(m, list), console: o.console(),
	}
	tell(list, os.Stderr)
	return v.run()
}

// console returns how the machine is connected. A program gets a terminal as programs know it,
// which edits lines and sends signals; the machine's own console does that itself.
func (o *options) console() console {
	switch {
	case o.exec != "", o.bare.gdb && !onTerminal():
		return console{}
	case !o.program && onTerminal():
		return console{raw: true}
	}
	return console{input: os.Stdin, program: o.program}
}
