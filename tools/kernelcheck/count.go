package main

import (
	"fmt"
	"go/build"
	"os"
	"path"
	"slices"
	"strings"
)

// codeLinesMax bounds ring 0: Go and assembly, packages without hardware in them included. What it
// is for, that this much can be read by one person, does not hold of devices: they come on top.
const codeLinesMax = 4000

// deviceFiles and the folder deviceFolder find and hand out devices.
const deviceFolder = "kernel/discover"

var deviceFiles = []string{"kernel/bare/device.go", "kernel/bare/ioapic.go"}

// checkCount counts the lines of code of ring 0's packages.
func checkCount(folders []string) ([]finding, error) {
	total := 0
	for _, folder := range folders {
		if folder == deviceFolder {
			continue
		}
		pkg, err := build.ImportDir(folder, 0)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Concat(pkg.GoFiles, pkg.SFiles) {
			if file := path.Join(folder, name); !slices.Contains(deviceFiles, file) {
				text, err := os.ReadFile(file)
				if err != nil {
					return nil, err
				}
				total += codeLines(string(text))
			}
		}
	}
	if total <= codeLinesMax {
		return nil, nil
	}
	return []finding{{"ring 0", fmt.Sprintf("%d lines of code without devices", total),
		fmt.Sprintf("%d at most", codeLinesMax)}}, nil
}

// codeLines counts those that are neither blank nor only a comment.
func codeLines(text string) (count int) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			count++
		}
	}
	return count
}
