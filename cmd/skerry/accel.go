package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// accel is how QEMU runs the cores of a machine.
type accel struct{ name, cpu string }

// accelNames are what --accel takes.
var accelNames = []string{"auto", "kvm", "tcg"}

var (
	// An emulator takes longer for an instruction of AES than Go for a hash without it.
	tcg = accel{"tcg", "max,-aes"}

	// A guest has no use for the register behind arch-capabilities, which tells operating systems
	// what they need not fear; and where KVM itself is emulated, QEMU fails at setting it.
	kvm = accel{"kvm", "host,arch-capabilities=off"}
)

// trialMax bounds how long QEMU may take to start without running anything.
const trialMax = 10 * time.Second

// emulatedMin is how long an instruction of a guest's ring 0 takes where it is emulated: about 1 ns
// is usual, 600 ns and more were measured on such hosts.
const emulatedMin = 50 * time.Nanosecond

// chooseAccel returns what the flag --accel asks for. With auto it tries KVM, and says in a line
// what it took and why. Where KVM emulates ring 0, as instructionTime tells, QEMU does that better.
func chooseAccel(asked, qemu string, instructionTime func() (time.Duration, error),
	say io.Writer) (accel, error) {
	if asked == tcg.name {
		return tcg, nil
	}
	err := tryKVM(qemu)
	switch {
	case asked == kvm.name && err != nil:
		return accel{}, fmt.Errorf("skerry: KVM, as asked for: %w: want a /dev/kvm that works for "+
			"this user, or --accel tcg", err)
	case asked == kvm.name:
		return kvm, nil
	case err != nil:
		fmt.Fprintf(say, "skerry: takes TCG, which emulates: no KVM: %v\n", err)
		return tcg, nil
	}
	if took, err := instructionTime(); err == nil && took >= emulatedMin {
		fmt.Fprintf(say, "skerry: takes TCG: this host's KVM emulates ring 0 too, at %v an "+
			"instruction\n", took)
		return tcg, nil
	}
	fmt.Fprintln(say, "skerry: takes KVM: QEMU starts with it")
	return kvm, nil
}

// tryKVM starts QEMU with KVM and a core that does not run, and ends it.
func tryKVM(qemu string) error {
	ctx, cancel := context.WithTimeout(context.Background(), trialMax)
	defer cancel()
	c := exec.CommandContext(ctx, qemu, "-nodefaults", "-no-user-config", "-display", "none",
		"-machine", "microvm", "-accel", kvm.name, "-cpu", kvm.cpu, "-S", "-monitor", "stdio")
	c.Stdin = strings.NewReader("quit\n")
	var said strings.Builder
	c.Stderr = &said
	err := c.Run()
	if err == nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if line, _, _ := strings.Cut(said.String(), "\n"); line != "" {
		_, line, _ = strings.Cut(line, ": ") // the program's name
		return errors.New(line)
	}
	return err
}
