package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"skerry/tools/cpudriver"
	"skerry/tools/machine"
	"skerry/tools/mkimage/image"
)

// A machine that is measured may be stopped for long: see waker. Its cores must not end each other
// for that.
const (
	silentTicks   = 1 << 20
	silentSeconds = 3600
)

// guest is what machines on bare are made of: the CPU driver, the libOS and one program, built in a
// folder of their own.
type guest struct {
	folder  string
	driver  string // their ELF files
	libos   string
	program string
}

// buildGuest builds all three, the program of a package of this module.
func buildGuest(program string) (*guest, error) {
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	g := &guest{folder, filepath.Join(folder, "driver"), filepath.Join(folder, "libos"),
		filepath.Join(folder, "program")}
	err = errors.Join(cpudriver.Driver.Build(g.driver), cpudriver.LibOS.Build(g.libos),
		buildStatic(program, g.program))
	if err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	return g, nil
}

// buildStatic builds a package into a static program for any x86-64 processor.
func buildStatic(program, output string) error {
	build := exec.Command("go", "build", "-buildvcs=false", "-o", output, program)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("bench: go build %s: %w:\n%s", program, err, text)
	}
	return nil
}

// machine returns a machine of so many cores, each of which runs the program as an app of the given
// name, with further settings of GODEBUG.
func (g *guest) machine(app string, cores int, memory string, debug ...string) (*virtual, error) {
	text := fmt.Sprintf("cores = %d\nmemory = %q\nsilent-ticks = %d\nsilent-seconds = %d\n"+
		"[[app]]\nname = %q\n", cores, memory, silentTicks, silentSeconds, app)
	m, err := machine.Parse([]byte(text), "bench", nil)
	if err != nil {
		return nil, err
	}
	config, err := image.ForMachine(m, g.program)
	if err != nil {
		return nil, err
	}
	env := config.Programs[0].Env
	for i := range env {
		if strings.HasPrefix(env[i], "GODEBUG=") {
			env[i] = strings.Join(append([]string{env[i]}, debug...), ",")
		}
	}
	if config.Driver, err = os.ReadFile(g.driver); err != nil {
		return nil, err
	}
	if config.LibOS, err = os.ReadFile(g.libos); err != nil {
		return nil, err
	}
	made, err := image.Build(config)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(g.folder, fmt.Sprintf("%s-%d.img", app, cores))
	return &virtual{folder: g.folder, kernel: file, cores: cores, memoryBytes: made.MemoryBytes(),
		accel: "tcg"}, os.WriteFile(file, made.Bytes, 0o644)
}

func (g *guest) close() error { return os.RemoveAll(g.folder) }
