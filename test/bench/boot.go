package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"skerry/test/bench/harness"
)

// bootProgram says hello on each core, on Skerry and on Linux.
const bootProgram = "skerry/test/bench/testdata/hello"

const (
	bootSkerry  = "Skerry"
	bootLinux   = "Linux, bzImage"
	bootVmlinux = "Linux, uncompressed"

	// bootMemory is what each machine has, of which Skerry gives bootCoreMemory to each core.
	bootMemory     = 512 << 20
	bootCoreMemory = "32MiB"

	// bootTimeMax is how long a machine may take until its last core is there.
	bootTimeMax = time.Minute

	// consoleBytesMax bounds what a machine may say meanwhile, excerptBytes what errors show of it.
	consoleBytesMax = 1 << 20
	excerptBytes    = 300

	// bootTime is how long the samples take: five of each subject at least, on two CPUs.
	bootTime = 12 * time.Minute
)

// bootCores are the sizes of the machines.
var bootCores = []int{1, 2, 4, 8}

// boots holds what the machines boot from.
type boots struct {
	*guest
	linux *linux
	log   io.Writer
}

func openBoot(_ options, log io.Writer) (*setup, error) {
	g, err := buildGuest(bootProgram)
	if err != nil {
		return nil, err
	}
	b := &boots{guest: g, log: log}
	s := &setup{close: g.close, count: b.sizes, time: bootTime}
	if b.linux, err = findLinux(g); err == nil {
		s.note = fmt.Sprintf("Linux %s, %s", b.linux.release, qemuVersion())
		s.subjects, err = b.allSubjects()
	}
	if err != nil {
		return nil, errors.Join(err, g.close())
	}
	s.bars = bootBars()
	return s, nil
}

// allSubjects returns a case for each accelerator and size of machine.
func (b *boots) allSubjects() ([]harness.Subject, error) {
	var all []harness.Subject
	for _, accel := range []string{"tcg", "kvm"} {
		works, linux := b.works(accel)
		for _, cores := range bootCores {
			if !works {
				continue
			}
			subjects, err := b.subjects(accel, cores, linux)
			if err != nil {
				return nil, err
			}
			all = append(all, subjects...)
		}
	}
	return all, nil
}

// works tells whether machines boot with an accelerator at all, and whether Linux does: where KVM
// is emulated, that may take it minutes. It says loudly what is left out.
func (b *boots) works(accel string) (works, linux bool) {
	if accel == "tcg" {
		return true, true
	}
	v, err := b.skerry(accel, 1)
	if err == nil {
		_, err = boot(v)
	}
	if err != nil {
		fmt.Fprintf(b.log, "NOT MEASURED with %s, Skerry does not boot: %v\n", accel, err)
		return false, false
	}
	if _, err := boot(b.linuxGuest(accel, 1, b.linux.vmlinux)); err != nil {
		fmt.Fprintf(b.log, "NOT COMPARED with %s, Linux does not boot: %v\n", accel, err)
		return true, false
	}
	return true, true
}

func bootCase(accel string, cores int) string {
	if cores == 1 {
		return "boot to main, 1 core, " + accel
	}
	return fmt.Sprintf("boot to main, %d cores, %s", cores, accel)
}

// subjects returns the case of one size of machine.
func (b *boots) subjects(accel string, cores int, linux bool) ([]harness.Subject, error) {
	g := group{kase: bootCase(accel, cores),
		kind: harness.Each("from QEMU's start", time.Millisecond)}
	v, err := b.skerry(accel, cores)
	if err != nil {
		return nil, err
	}
	subjects := []harness.Subject{g.subject(bootSkerry, once(v))}
	if linux {
		subjects = append(subjects,
			g.subject(bootLinux, once(b.linuxGuest(accel, cores, b.linux.bzImage)), bootSkerry),
			g.subject(bootVmlinux, once(b.linuxGuest(accel, cores, b.linux.vmlinux)), bootSkerry))
	}
	for i := range subjects {
		subjects[i].Count = 1
	}
	return subjects, nil
}

// bootBars are the requirements where all is emulated: on Linux as distributed. Its uncompressed
// kernel is reported only.
func bootBars() []harness.Bar {
	one := func(bound float64) map[harness.Class]float64 {
		return map[harness.Class]float64{harness.One: bound}
	}
	var bars []harness.Bar
	for _, cores := range bootCores {
		kase := bootCase("tcg", cores)
		bars = append(bars, harness.Bar{Name: "Linux / Skerry, " + kase, AtLeast: true,
			Over:  harness.Ref{Case: kase, Subject: bootLinux},
			Under: harness.Ref{Case: kase, Subject: bootSkerry}, Bounds: one(10)})
	}
	return append(bars,
		harness.Bar{Name: imageSize + ", MiB", Over: harness.Ref{Case: sizes, Subject: imageSize},
			Bounds: one(8)},
		harness.Bar{Name: idleMemory + ", MiB", Over: harness.Ref{Case: sizes, Subject: idleMemory},
			Bounds: one(4)})
}

// skerry returns a machine for the guest, linuxGuest one for a kernel of Linux with the same
// program.
func (b *boots) skerry(accel string, cores int) (*virtual, error) {
	v, err := b.machine("hello", cores, bootCoreMemory)
	if err != nil {
		return nil, err
	}
	v.accel, v.memoryBytes = accel, bootMemory
	return v, nil
}

func (b *boots) linuxGuest(accel string, cores int, kernel string) *virtual {
	return &virtual{folder: b.folder, kernel: kernel, cores: cores, memoryBytes: bootMemory,
		accel: accel, extra: []string{"-initrd", b.linux.initramfs,
			"-append", "console=ttyS0 quiet " + b.linux.clock}}
}

func once(v *virtual) runner {
	return func(int) (time.Duration, error) { return boot(v) }
}

// boot starts a machine and returns how long it took until each core has said hello.
func boot(v *virtual) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), bootTimeMax)
	defer cancel()
	command := v.command(ctx)
	var complaints strings.Builder
	command.Stderr = &complaints
	console, err := command.StdoutPipe()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := command.Start(); err != nil {
		return 0, fmt.Errorf("bench: %w", err)
	}
	said, err := readUntil(console, v.allHello)
	elapsed := time.Since(start)
	command.Process.Kill()
	command.Wait()
	if err != nil {
		return 0, fmt.Errorf("bench: a machine of %d cores, %s, %s: %w, after %v; it ended with "+
			"%q, QEMU with %q: want a hello from each core", v.cores, v.accel, v.kernel, err,
			elapsed, tail(said), head(complaints.String()))
	}
	return elapsed, nil
}

// allHello tells whether each core has said hello.
func (v *virtual) allHello(said string) bool {
	for core := range v.cores {
		if !strings.Contains(said, fmt.Sprintf("hello from core %d\r\n", core)) &&
			!strings.Contains(said, fmt.Sprintf("hello from core %d\n", core)) {
			return false
		}
	}
	return true
}

// head and tail return the beginning and the end of a text, as long as errors can bear.
func head(text string) string { return text[:min(len(text), excerptBytes)] }
func tail(text string) string { return text[max(0, len(text)-excerptBytes):] }

// readUntil reads until the whole text is enough.
func readUntil(in io.Reader, enough func(string) bool) (text string, err error) {
	var all []byte
	for {
		if len(all) > consoleBytesMax {
			return string(all), fmt.Errorf("%d bytes of output: want fewer", len(all))
		}
		all = slices.Grow(all, 4096)
		n, err := in.Read(all[len(all):cap(all)])
		all = all[:len(all)+n]
		if enough(string(all)) {
			return string(all), nil
		}
		if err != nil {
			return string(all), err
		}
	}
}
