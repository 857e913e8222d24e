// Package cpudriver builds the CPU driver of bare machines: freestanding Go, put together by the
// stock compiler and linker.
package cpudriver

import (
	"fmt"
	"os"
	"os/exec"
	"slices"

	"skerry/kernel/layout"
)

// Folder holds the driver's package main.
const Folder = "kernel/bare"

// Entry is the function that the ELF file names as its entry.
const Entry = "main.start"

// flags of go build:
//
//   - wb: no write barriers, which want a running garbage collector. The flag reaches only the
//     packages that are named.
//   - E, T: the entry, and where the text starts: the linker puts the file's headers on the page
//     before.
//   - the rest makes the same bytes of the same source everywhere.
var flags = [...]string{
	"-trimpath", "-buildvcs=false",
	"-gcflags=skerry/kernel/...=-wb=false",
	fmt.Sprintf("-ldflags=-E %s -T %#x -buildid=", Entry, layout.Driver+layout.PageBytes),
}

// environment of go build: static, and only instructions that every x86-64 processor has.
var environment = [...]string{"CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1"}

// Build builds the driver of the module in the current folder into a file, with more flags of go
// build.
func Build(output string, more ...string) error {
	args := slices.Concat([]string{"build", "-o", output}, flags[:], more)
	build := exec.Command("go", append(args, "./"+Folder)...)
	build.Env = append(os.Environ(), environment[:]...)
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("cpudriver: go build ./%s: %w:\n%s", Folder, err, text)
	}
	return nil
}
