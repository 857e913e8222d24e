// Kernelcheck refuses source that is not safe in ring 0, where Go's runtime is linked but never
// started: nothing may allocate, block, or rest on what the runtime prepares at start. It checks
// the packages named below and prints one line for each refusal:
//
//	FILE:LINE: what was found: want what was wanted
//
// source.go has the rules that can be read from the source: what may be imported, which
// statements, builtins and types there may be. escape.go asks the compiler what it would put on
// the heap. The rules that can only be read from the linked binary (what is reachable from the
// entry, which instructions it has, its size and its patched symbols) come with the bare CPU
// driver, kernel/bare; there is nothing to link before it.
package main

import (
	"fmt"
	"os"
)

// The module's name, and its packages that are linked into ring 0.
const ownImports = "skerry/"

var ring0 = []string{
	"kernel/epitaph", "kernel/layout", "kernel/manifest", "kernel/commons", "kernel/drivercall",
	"kernel/errno", "kernel/elf", "kernel/thread", "kernel/signal",
	"kernel/phys", "kernel/paging", "kernel/vm",
}

// A finding is a place in the source that is not safe in ring 0.
type finding struct {
	place       string // FILE:LINE
	found, want string
}

func (f finding) String() string { return fmt.Sprintf("%s: %s: want %s", f.place, f.found, f.want) }

func main() {
	findings, err := check(ring0)
	for _, f := range findings {
		fmt.Println(f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || len(findings) > 0 {
		os.Exit(1)
	}
}

// check returns what is not safe in packages, given by their folders below the current one.
func check(folders []string) ([]finding, error) {
	var findings []finding
	for _, folder := range folders {
		more, err := checkSource(folder)
		if err != nil {
			return findings, fmt.Errorf("kernelcheck: %s: %w", folder, err)
		}
		findings = append(findings, more...)
	}
	more, err := checkEscapes(folders)
	if err != nil {
		return findings, fmt.Errorf("kernelcheck: %w", err)
	}
	return append(findings, more...), nil
}
