// Kerneltest is an instance that is the conformance suite of CPU drivers.
package main

import (
	"fmt"
	"os"

	"skerry/kernel/kerneltest"
	"skerry/kernel/local"
)

func main() {
	core, err := local.Attach()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := kerneltest.Program(core); err != nil {
		core.Die(err.Error())
	}
}
