// Mkimage makes the file that a machine boots from, of the CPU driver, the libOS, a program and the
// machine's description:
//
//	mkimage -driver DRIVER -libos LIBOS -machine machine.toml -program PROGRAM -o IMAGE
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"skerry/tools/machine"
	"skerry/tools/mkimage/image"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// files are what a run reads and writes.
type files struct{ driver, libos, machine, program, output string }

func parse(args []string) (f files, err error) {
	flags := flag.NewFlagSet("mkimage", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&f.driver, "driver", "", "the CPU driver's ELF file")
	flags.StringVar(&f.libos, "libos", "", "the libOS's ELF file")
	flags.StringVar(&f.machine, "machine", "", "the machine's description")
	flags.StringVar(&f.program, "program", "", "the ELF file of apps that name no other")
	flags.StringVar(&f.output, "o", "", "the file to make")
	err = flags.Parse(args)
	if err != nil || flags.NArg() > 0 || f.driver == "" || f.libos == "" || f.machine == "" ||
		f.program == "" || f.output == "" {
		return f, fmt.Errorf("mkimage: %q: want -driver FILE -libos FILE -machine FILE "+
			"-program FILE -o FILE", args)
	}
	return f, nil
}

func run(args []string, out io.Writer) error {
	f, err := parse(args)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(f.machine)
	if err != nil {
		return fmt.Errorf("mkimage: machine: %w", err)
	}
	m, err := machine.Parse(text, f.machine, nil)
	if err != nil {
		return err
	}
	config, err := image.ForMachine(m, f.program)
	if err != nil {
		return err
	}
	if config.Driver, err = os.ReadFile(f.driver); err != nil {
		return fmt.Errorf("mkimage: CPU driver: %w", err)
	}
	if config.LibOS, err = os.ReadFile(f.libos); err != nil {
		return fmt.Errorf("mkimage: libOS: %w", err)
	}
	made, err := image.Build(config)
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.output, made.Bytes, 0o644); err != nil {
		return fmt.Errorf("mkimage: %w", err)
	}
	fmt.Fprintf(out, "%s: %d KiB, %d cores, %d MiB of memory, %d traps patched\n", f.output,
		len(made.Bytes)>>10, made.Manifest.Cores, made.MemoryBytes()>>20, made.Patched)
	return nil
}
