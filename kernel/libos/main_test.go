package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// built is the libOS's file.
var built string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "libos")
	if err != nil {
		panic(err)
	}
	built = filepath.Join(folder, "libos")
	build := exec.Command("go", "run", "./tools/cpudriver/mkdriver", "libos", built)
	build.Dir = "../.."
	if text, err := build.CombinedOutput(); err != nil {
		os.Stderr.Write(text)
		panic(err)
	}
	status := m.Run()
	os.RemoveAll(folder)
	os.Exit(status)
}
