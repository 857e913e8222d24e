package bare

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"skerry/tools/cpudriver"
)

// Binaries are what it takes to boot a machine.
type Binaries struct{ folder, skerry string }

// Build makes them from the module in the current folder, with more flags of go build. The command
// finds the CPU driver, the libOS and the instance beside itself.
func Build(folder string, flags ...string) (*Binaries, error) {
	for _, program := range []string{"skerry", "instance"} {
		err := BuildProgram(filepath.Join(folder, program), "./cmd/"+program, flags...)
		if err != nil {
			return nil, err
		}
	}
	for _, p := range []cpudriver.Program{cpudriver.Driver, cpudriver.LibOS} {
		if err := p.Build(filepath.Join(folder, p.Name), flags...); err != nil {
			return nil, err
		}
	}
	return &Binaries{folder, filepath.Join(folder, "skerry")}, nil
}

// Skerry returns the command.
func (b *Binaries) Skerry() string { return b.skerry }

// BuildProgram builds a package into a file, static and for any x86-64 processor, as machines on
// bare want it, with more flags of go build.
func BuildProgram(output, pkg string, flags ...string) error {
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-o", output}, flags...)
	build := exec.Command("go", append(args, pkg)...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOAMD64=v1")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("bare: go build %s: %w:\n%s", pkg, err, text)
	}
	return nil
}

// arguments returns those of skerry. What runs comes last.
func (c Config) arguments() []string {
	args := []string{"run", "--on", "bare", "--board", c.Board, "--accel", c.Accel}
	if c.Cores > 0 {
		args = append(args, "--cores", strconv.Itoa(c.Cores))
	}
	return append(args, c.Args...)
}
