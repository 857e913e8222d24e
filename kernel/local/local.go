// Package local finds the CPU driver under this process, so that nothing above it has to know.
package local

import (
	"errors"

	"skerry/kernel"
	"skerry/kernel/hosted"
)

// ErrNotCore means that the process is no core: somebody ran its program by hand.
var ErrNotCore = errors.New("local: this process is not a core of a machine: " +
	"programs are started with `skerry run PROGRAM`")

// Attach makes this process the core that its launcher started it as. It is called once, first of
// all; after an error the process should end.
func Attach() (kernel.Core, error) {
	if !hosted.Booted() {
		return nil, ErrNotCore
	}
	core, err := hosted.Attach()
	if err != nil {
		return nil, err
	}
	return core, nil
}
