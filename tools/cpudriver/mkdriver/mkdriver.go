// Mkdriver builds the CPU driver of bare machines into a file:
//
//	mkdriver FILE
//
// It runs in the module's folder.
package main

import (
	"fmt"
	"os"

	"skerry/tools/cpudriver"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "mkdriver: %d arguments: want the file to make\n", len(os.Args)-1)
		os.Exit(2)
	}
	if err := cpudriver.Build(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
