// Idlgen writes the stubs for the interfaces that Go files declare; package idl tells how.
//
//	go run skerry/msgpass/idl/idlgen FILE.go ...
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"skerry/msgpass/idl"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "idlgen: no file: want idlgen FILE.go ...")
		os.Exit(2)
	}
	for _, path := range os.Args[1:] {
		if err := generate(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// generate writes what goes with one file, next to it.
func generate(path string) error {
	file, err := idl.Parse(path)
	if err != nil {
		return err
	}
	outputs, err := file.Generate()
	if err != nil {
		return err
	}
	for _, o := range outputs {
		err := os.WriteFile(filepath.Join(filepath.Dir(path), o.Name), o.Text, 0o644)
		if err != nil {
			return fmt.Errorf("idlgen: %w", err)
		}
	}
	return nil
}
