// Package local finds the CPU driver under this process, so that nothing above it has to know.
package local

import (
	"errors"

	"skerry/kernel"
	"skerry/kernel/hosted"
	"skerry/kernel/ring3"
)

// ErrNotCore means that the process is no core: somebody ran its program by hand.
var ErrNotCore = errors.New("local: this process is not a core of a machine: " +
	"programs are started with `skerry run PROGRAM`")

// Attach makes this process the core that its launcher started it as. It is called once, first of
// all; after an error the process should end.
func Attach() (kernel.Core, error) {
	switch {
	case hosted.Booted():
		return attach(hosted.Attach())
	case ring3.Booted():
		return attach(ring3.Attach())
	}
	return nil, ErrNotCore
}

// attach returns no core with an error, and not one that is a nil pointer.
func attach[C kernel.Core](core C, err error) (kernel.Core, error) {
	if err != nil {
		return nil, err
	}
	return core, nil
}
