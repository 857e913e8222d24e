// Package limit builds the C baselines: what the hardware and the kernel themselves take for the
// things that msgpass and the drivers do. They are C, so that no Go runtime is in what Go is
// compared with; c/limit.h explains them, c/main.c the requests that the program takes.
package limit

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed c
var sources embed.FS

// ErrNoCompiler says that the baselines cannot be built on this machine.
var ErrNoCompiler = errors.New("limit: no gcc found: want one to build the C baselines; " +
	"on Debian and Ubuntu: apt-get install gcc libc6-dev")

// flags let gcc do what it can for the baselines: a limit that a compiler flag beats is none.
func flags() []string {
	return []string{"-std=c11", "-O2", "-march=native", "-pthread", "-Wall", "-Wextra", "-Werror"}
}

// Build compiles the baselines into dir and returns the path of the program.
func Build(dir string) (string, error) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		return "", ErrNoCompiler
	}
	if err := os.CopyFS(dir, sources); err != nil {
		return "", fmt.Errorf("limit: unpack the sources: %w", err)
	}
	files, err := fs.Glob(os.DirFS(dir), "c/*.c")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "limit")
	command := exec.Command(gcc, append(append(flags(), "-o", program), files...)...)
	command.Dir = dir
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("limit: gcc: %w\n%s", err, output)
	}
	return program, nil
}
