// Mkimage makes the file that a machine boots from, of the CPU driver, a program and the machine's
// description:
//
//	mkimage -driver DRIVER -machine machine.toml -program PROGRAM -o IMAGE
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"skerry/tools/machine"
	"skerry/tools/mkimage/image"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	driver := flag.String("driver", "", "the CPU driver's ELF `file`")
	description := flag.String("machine", "", "the machine's description, a TOML `file`")
	program := flag.String("program", "", "the ELF `file` of apps that name no other")
	output := flag.String("o", "", "the `file` to make")
	flag.Parse()
	if *driver == "" || *description == "" || *program == "" || *output == "" || flag.NArg() > 0 {
		return fmt.Errorf("mkimage: %q: want -driver FILE -machine FILE -program FILE -o FILE",
			os.Args[1:])
	}
	text, err := os.ReadFile(*description)
	if err != nil {
		return fmt.Errorf("mkimage: machine: %w", err)
	}
	m, err := machine.Parse(text, *description, nil)
	if err != nil {
		return err
	}
	config, err := image.ForMachine(m, *program)
	if err != nil {
		return err
	}
	config.Driver, err = os.ReadFile(*driver)
	if err != nil {
		return fmt.Errorf("mkimage: CPU driver: %w", err)
	}
	made, err := image.Build(config)
	if err != nil {
		return err
	}
	if err := os.WriteFile(*output, made.Bytes, 0o644); err != nil {
		return fmt.Errorf("mkimage: %w", err)
	}
	fmt.Printf("%s: %d KiB, %d cores, %d MiB of memory, %d traps patched\n",
		filepath.Base(*output), len(made.Bytes)>>10, made.Manifest.Cores,
		made.MemoryBytes()>>20, made.Patched)
	return nil
}
