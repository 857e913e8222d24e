// Package cpudriver builds what of a machine on bare is freestanding Go, put together by the stock
// compiler and linker: the CPU driver and the libOS.
package cpudriver

import (
	"fmt"
	"os"
	"os/exec"
	"slices"

	"skerry/kernel/layout"
)

// Program is one of the two.
type Program struct {
	Name   string // of its file, too
	Folder string // its package main
	Entry  string // the function that the ELF file names as its entry

	// Where it starts in virtual memory: with the ELF file's headers. The text is on the next page.
	Start uint64
}

// The two.
var (
	Driver = Program{"driver", "kernel/bare", "main.start", layout.Driver}
	LibOS  = Program{"libos", "kernel/libos", "main.callEntry", layout.Libos}
)

// flags of go build:
//
//   - wb: no write barriers, which want a running garbage collector. The flag reaches only the
//     packages that are named.
//   - the rest makes the same bytes of the same source everywhere.
var flags = [...]string{"-trimpath", "-buildvcs=false", "-gcflags=skerry/kernel/...=-wb=false"}

// environment of go build: static, and only instructions that every x86-64 processor has.
var environment = [...]string{"CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1"}

// Build builds the program, in the module in the current folder, into a file, with more flags of go
// build.
func (p Program) Build(output string, more ...string) error {
	linker := fmt.Sprintf("-ldflags=-E %s -T %#x -buildid=", p.Entry, p.Start+layout.PageBytes)
	args := slices.Concat([]string{"build", "-o", output, linker}, flags[:], more)
	build := exec.Command("go", append(args, "./"+p.Folder)...)
	build.Env = append(os.Environ(), environment[:]...)
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("cpudriver: go build ./%s: %w:\n%s", p.Folder, err, text)
	}
	return nil
}
