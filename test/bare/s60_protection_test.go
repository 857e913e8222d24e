package bare

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

// describeHostile writes the description of a machine of three cores that run a program with
// arguments, and returns its path.
func describeHostile(t *testing.T, program string, args ...any) string {
	t.Helper()
	path := filepath.Join(filepath.Dir(program), "machine.toml")
	list := ""
	for _, a := range args {
		list += fmt.Sprintf(", %q", fmt.Sprint(a))
	}
	if err := os.WriteFile(path, fmt.Appendf(nil, `cores = 3
memory = "32MiB"
[[app]]
name = "hostile"
program = %q
args = ["hostile"%s]
[[device]]
kind = "virtio-rng"
`, filepath.Base(program), list), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// placesOf returns what an image says of itself.
func placesOf(t *testing.T, skerry, description string) *manifest.Manifest {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image")
	make := exec.Command(skerry, "image", "-o", path, "--machine", description)
	if said, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, p := range file.Progs {
		if p.Paddr <= layout.Manifest && layout.Manifest < p.Paddr+p.Filesz {
			m := new(manifest.Manifest)
			in := io.NewSectionReader(p, int64(layout.Manifest-p.Paddr), int64(manifest.Bytes))
			if err := binary.Read(in, binary.LittleEndian, m); err != nil {
				t.Fatal(err)
			}
			return m
		}
	}
	t.Fatal("no manifest in the image")
	return nil
}

// bootHostile boots a machine whose core 1 attacks, and knows where everything is.
func bootHostile(t *testing.T, binaries *Binaries, more ...any) *Machine {
	t.Helper()
	program := filepath.Join(t.TempDir(), "hostile")
	if err := BuildProgram(program, "./test/bare/testdata/hostile"); err != nil {
		t.Fatal(err)
	}
	const wide = "0x%016x" // so that the second image is laid out as the first
	zero := fmt.Sprintf(wide, 0)
	unknown := describeHostile(t, program, zero, zero, zero, zero, zero, zero)
	m := placesOf(t, binaries.skerry, unknown)
	var args []any
	for _, at := range []uint64{m.Commons,
		m.Windows + layout.WindowIndex(0, 2)*layout.BlockBytes, m.Need,
		m.Core[0].Base, m.Core[1].Base, m.Core[2].Base} {
		args = append(args, fmt.Sprintf(wide, at))
	}
	return binaries.Boot(t, Config{Board: "microvm", Accel: "tcg",
		Args: []string{"--machine", describeHostile(t, program, append(args, more...)...)}})
}

// An instance that reads or writes what is not its own, executes data, or uses what is ring 0's,
// gets a signal or dies with the epitaph that tells so; the other cores' memory is as it was, and
// they live on. Planted: the bugs of TestS60PlantedBugsAreFound.
func TestS60Protection(t *testing.T) {
	t.Parallel()
	m := bootHostile(t, built)
	if status := m.Status(); status != 0 {
		t.Errorf("exit status %d: want 0", status)
	}
	m.Expect(`hostile: \d+ attacks in one life, 0 breaches`)
	m.Expect(`hostile: \d+ lives, 0 breaches`)
}

// A program whose first system call is none, but a jump to where one would come out on some
// hypervisors, does not make the driver believe that it runs on one of these. Planted: the driver
// as it was, which did; ring 0 then pushed a frame to an address of the program's choice.
func TestS60FirstCall(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "first")
	build := exec.Command("go", "build", "-o", program, "-ldflags=-E main.first",
		"./test/bare/testdata/hostile")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOAMD64=v1")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	m := built.Boot(t, Config{Board: "microvm", Accel: "tcg", Args: []string{"--", program}})
	m.Expect(`core 0 died, life 1: faulted: signal 5 at 0x7ff90000000a, exception 3`)
}
