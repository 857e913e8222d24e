package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"skerry/test/bench/harness"
)

// What is counted besides times.
const (
	sizes      = "sizes, with the instance that says hello"
	imageSize  = "image of 4 cores"
	idleMemory = "memory touched by an idle core"
	instance   = "of that by its instance"
)

// sizes returns the rows of what is always the same.
func (b *boots) sizes(ctx context.Context, _ io.Writer) ([]harness.Row, error) {
	v, err := b.skerry("tcg", 4)
	if err != nil {
		return nil, err
	}
	stat, err := os.Stat(v.kernel)
	if err != nil {
		return nil, err
	}
	few, err := b.touched(ctx, 1)
	if err != nil {
		return nil, err
	}
	many, err := b.touched(ctx, 8)
	if err != nil {
		return nil, err
	}
	return []harness.Row{
		sizeRow(imageSize, stat.Size()),
		sizeRow(idleMemory, (many.all-few.all)/7),
		sizeRow(instance, many.instances/8),
	}, nil
}

func sizeRow(name string, bytes int64) harness.Row {
	mebi := float64(bytes) / (1 << 20)
	return harness.Row{Bench: "boot", Case: sizes, Subject: name, Class: harness.One,
		Metric: "in all", Unit: "MiB", Median: mebi, Q1: mebi, Q3: mebi,
		Samples: harness.SamplesMin}
}

// memory is what a machine has touched, as the host sees it, and what the cores say of their
// instances, in bytes.
type memory struct{ all, instances int64 }

// touched runs a machine of so many cores that are idle but for their hello. Its memory is a file
// without a name, whose blocks come into being as they are touched.
func (b *boots) touched(ctx context.Context, cores int) (memory, error) {
	v, err := b.skerry("tcg", cores)
	if err != nil {
		return memory{}, err
	}
	fd, err := unix.MemfdCreate("bench memory", unix.MFD_CLOEXEC)
	if err != nil {
		return memory{}, fmt.Errorf("bench: memory for a machine: %w", err)
	}
	file := os.NewFile(uintptr(fd), "memory")
	defer file.Close()
	v.extra = append(v.extra, "-object", fmt.Sprintf(
		"memory-backend-file,id=memory,share=on,size=%d,mem-path=%s", v.memoryBytes, v.give(file)),
		"-machine", "memory-backend=memory")
	ctx, cancel := context.WithTimeout(ctx, bootTimeMax)
	defer cancel()
	command := v.command(ctx)
	command.Stderr = os.Stderr
	return v.look(command, file)
}

// look starts the machine and looks at its memory when its cores have told of theirs.
func (v *virtual) look(command *exec.Cmd, file *os.File) (memory, error) {
	console, err := command.StdoutPipe()
	if err != nil {
		return memory{}, err
	}
	if err := command.Start(); err != nil {
		return memory{}, fmt.Errorf("bench: %w", err)
	}
	const telling = "instance bytes: "
	said, err := readUntil(console, func(said string) bool {
		return strings.Count(said, telling) == v.cores && strings.HasSuffix(said, "\n")
	})
	var stat syscall.Stat_t
	if err == nil {
		err = syscall.Fstat(int(file.Fd()), &stat)
	}
	command.Process.Kill()
	command.Wait()
	if err != nil {
		return memory{}, fmt.Errorf("bench: a machine of %d cores that ended with %q: %w",
			v.cores, tail(said), err)
	}
	m := memory{all: stat.Blocks * 512}
	for _, part := range strings.Split(said, telling)[1:] {
		var bytes int64
		if _, err := fmt.Sscan(part, &bytes); err != nil {
			return m, fmt.Errorf("bench: the machine's %q: %w", part, err)
		}
		m.instances += bytes
	}
	return m, nil
}

// qemuVersion returns QEMU's name and number.
func qemuVersion() string {
	text, err := exec.Command(qemuName, "--version").Output()
	if err != nil {
		return err.Error()
	}
	version, _, _ := strings.Cut(string(text), "\n")
	return version
}
