// Kernelcheck refuses source that is not safe where Go's runtime is linked but never started: in
// ring 0, and in the libOS. Nothing may allocate, block, or rest on what the runtime prepares at
// start. It checks the packages of both programs, as programs.go lists them, and prints one line
// for each refusal:
//
//	FILE:LINE: what was found: want what was wanted
//
// source.go has the rules that can be read from the source: what may be imported, which
// statements, builtins and types there may be. escape.go asks the compiler what it would put on
// the heap. linked.go and what follows it have the rules that are read from the linked program:
// which instructions it has (code.go, instructions.go), what it comes to of the runtime (walk.go),
// the CPU driver's 256 vectors (vectors.go), its size and its entries. count.go holds ring 0 to so
// many lines.
package main

import (
	"fmt"
	"os"
	"slices"
)

// What the import paths of the module begin with.
const ownImports = "skerry/"

// A finding is a place in the source that is not safe.
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

// checkAll checks the source of both programs, what is linked of it, and the size of ring 0.
func checkAll() (findings []finding, err error) {
	checked := []string{}
	for _, p := range []program{driver, libos} {
		shared := func(folder string) bool { return slices.Contains(checked, folder) }
		own := slices.DeleteFunc(slices.Clone(p.packages), shared)
		checked = append(checked, own...)
		more, err := check(own, p.packages)
		findings = append(findings, more...)
		if err != nil {
			return findings, err
		}
		more, err = checkLinked(p)
		findings = append(findings, more...)
		if err != nil {
			return findings, fmt.Errorf("kernelcheck: %w", err)
		}
	}
	more, err := checkCount(driver.packages)
	if err != nil {
		return findings, fmt.Errorf("kernelcheck: %w", err)
	}
	return append(findings, more...), nil
}

// check returns what is not safe in packages, given by their folders below the current one, which
// may import those of another list.
func check(folders, imports []string) ([]finding, error) {
	var findings []finding
	for _, folder := range folders {
		more, err := checkSource(folder, imports)
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
