package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// accel is how QEMU runs the cores of a machine.
type accel struct{ name, cpu string }

var (
	tcg = accel{"tcg", "max"}

	// A guest has no use for the register behind arch-capabilities, which tells operating systems
	// what they need not fear; and where KVM itself is emulated, QEMU fails at setting it.
	kvm = accel{"kvm", "host,arch-capabilities=off"}
)

// trialMax bounds how long QEMU may take to start without running anything.
const trialMax = 10 * time.Second

// chooseAccel returns what the flag --accel asks for. With auto it tries KVM, and says in a line
// what it took and why.
func chooseAccel(asked, qemu string) (accel, error) {
	switch asked {
	case "tcg":
		return tcg, nil
	case "kvm":
		if err := tryKVM(qemu); err != nil {
			return accel{}, fmt.Errorf("skerry: KVM, as asked for: %w: want a /dev/kvm that works "+
				"for this user, or --accel tcg", err)
		}
		return kvm, nil
	case "auto":
		if err := tryKVM(qemu); err != nil {
			fmt.Fprintf(os.Stderr, "skerry: takes TCG, which emulates: no KVM: %v\n", err)
			return tcg, nil
		}
		fmt.Fprintln(os.Stderr, "skerry: takes KVM: QEMU starts with it")
		return kvm, nil
	}
	return accel{}, fmt.Errorf("skerry: --accel %s: want auto, kvm or tcg", asked)
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
