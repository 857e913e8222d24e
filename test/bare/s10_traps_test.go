package bare

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	programs = "test/bare/testdata/programs"
	files    = "test/bare/testdata/files"
)

// driverLine is a line of the CPU driver's log, among what a program says.
var driverLine = regexp.MustCompile(`(?m)^\[ *\d+\.\d+\] .*\n`)

// input has every byte that could mean something on a serial line or to a terminal.
const input = "some words\r\nand bytes: \x00\x01\x03\x04\x16\x1b\x7f\x80\xff\n"

// Stock Go programs, built by plain `go build` and without a line of ours, do on bare what they do
// on Linux: the same output, the same exit status.
func TestS10Programs(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(programs)
	if err != nil {
		t.Fatal(err)
	}
	folder := copyFiles(t)
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			t.Parallel()
			source, program := "./"+programs+"/"+entry.Name(), filepath.Join(t.TempDir(), "program")
			if err := BuildProgram(program, source); err != nil {
				t.Fatal(err)
			}
			want, status := onLinux(t, program, folder)
			m := built.Boot(t, Config{Board: "microvm", Accel: "tcg",
				Args: append(fileFlags(t, folder), "--env", "ISLAND=Rona", "--", program, files,
					"", "a")})
			m.Send(input)
			m.CloseInput()
			if got := m.Status(); got != status {
				t.Errorf("exit status %d: want %d as on Linux", got, status)
			}
			if got := driverLine.ReplaceAllString(m.Log(), ""); got != want {
				t.Errorf("says on Linux:\n%s", want)
			}
		})
	}
}

// onLinux returns what a program prints there, and its exit status.
func onLinux(t *testing.T, program, folder string) (string, int) {
	t.Helper()
	c := exec.Command(program, files, "", "a")
	c.Dir = folder
	c.Env = append(os.Environ(), "ISLAND=Rona")
	c.Stdin = strings.NewReader(input)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return said.String(), c.ProcessState.ExitCode()
}

// copyFiles returns a folder with the programs' files at their paths; Bazel gives links only.
func copyFiles(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"one.txt", "sub/two.txt"} {
		name = filepath.Join(files, name)
		text, err := os.ReadFile(name)
		to := filepath.Join(folder, name)
		err = errors.Join(err, os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, text, 0o644))
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// fileFlags returns the flags that give a program the files below a folder.
func fileFlags(t *testing.T, folder string) (flags []string) {
	t.Helper()
	if err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			flags = append(flags, "--file", filepath.Join(folder, path)+":/"+path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return flags
}
