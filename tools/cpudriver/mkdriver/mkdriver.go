// Mkdriver builds the CPU driver or the libOS of machines on bare into a file:
//
//	mkdriver driver FILE
//	mkdriver libos FILE
//
// It runs in the module's folder.
package main

import (
	"fmt"
	"os"
	"slices"

	"skerry/tools/cpudriver"
)

func main() {
	programs := []cpudriver.Program{cpudriver.Driver, cpudriver.LibOS}
	i := slices.IndexFunc(programs, func(p cpudriver.Program) bool {
		return len(os.Args) == 3 && p.Name == os.Args[1]
	})
	if i < 0 {
		fmt.Fprintf(os.Stderr, "mkdriver: %q: want driver or libos, and the file to make\n",
			os.Args[1:])
		os.Exit(2)
	}
	if err := programs[i].Build(os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
