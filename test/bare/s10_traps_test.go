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
	entries, err := os.ReadDir(programs)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			source, program := "./"+programs+"/"+entry.Name(), filepath.Join(t.TempDir(), "program")
			if err := BuildProgram(program, source); err != nil {
				t.Fatal(err)
			}
			want, status := onLinux(t, program)
			m := built.Boot(t, Config{Board: "microvm", Accel: "tcg",
				Args: append(fileFlags(t), "--env", "ISLAND=Rona", "--", program, files, "", "a")})
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
func onLinux(t *testing.T, program string) (string, int) {
	t.Helper()
	c := exec.Command(program, files, "", "a")
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

// fileFlags returns the flags that give a program the files that it reads, at the same path.
func fileFlags(t *testing.T) (flags []string) {
	t.Helper()
	if err := filepath.WalkDir(files, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			flags = append(flags, "--file", path+":/"+path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return flags
}
