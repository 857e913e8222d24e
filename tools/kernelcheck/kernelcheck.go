// Kernelcheck refuses source that is not safe in ring 0, where Go's runtime is linked but never
// started: nothing may allocate, block, or rest on what the runtime prepares at start. It checks
// the packages named below and prints one line for each refusal:
//
//	FILE:LINE: what was found: want what was wanted
//
// source.go has the rules that can be read from the source: what may be imported, which
// statements, builtins and types there may be. escape.go asks the compiler what it would put on
// the heap. linked.go and what follows it have the rules that are read from the linked CPU driver,
// kernel/bare: which instructions it has (code.go, instructions.go), what it comes to of the
// runtime (walk.go), its 256 vectors (vectors.go), its size and its entries.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"skerry/tools/cpudriver"
)

// The module's name, and its packages that are linked into ring 0.
const ownImports = "skerry/"

var ring0 = []string{
	"kernel/epitaph", "kernel/layout", "kernel/manifest", "kernel/commons", "kernel/drivercall",
	"kernel/cap", "kernel/errno", "kernel/thread", "kernel/signal",
	"kernel/files", "kernel/linux", "kernel/discover",
	"kernel/phys", "kernel/paging", "kernel/vm", "kernel/bare",
}

// A finding is a place in the source that is not safe in ring 0.
type finding struct {
	place       string // FILE:LINE
	found, want string
}

func (f finding) String() string { return fmt.Sprintf("%s: %s: want %s", f.place, f.found, f.want) }

func main() {
	findings, err := checkAll()
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

// checkAll checks the source of ring 0 and, where there is a CPU driver, what is linked of it.
func checkAll() ([]finding, error) {
	findings, err := check(ring0)
	if err != nil {
		return findings, err
	}
	if _, err := os.Stat(cpudriver.Folder); errors.Is(err, fs.ErrNotExist) {
		return findings, nil
	}
	more, err := checkLinked()
	if err != nil {
		return findings, fmt.Errorf("kernelcheck: %w", err)
	}
	return append(findings, more...), nil
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
