package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

var (
	// What the compiler says of a value that it would allocate, with its place.
	heapNote = regexp.MustCompile(`^(\S+:\d+):\d+: (.*(?:escapes to heap|moved to heap).*)$`)

	// It says the same of a constant given to panic, but that lies in the binary.
	constantNote = regexp.MustCompile(`^"[^"]*" escapes to heap`)
)

// checkEscapes has the packages compiled and reads the compiler's notes on them.
func checkEscapes(folders []string) (findings []finding, err error) {
	args := []string{"build", "-gcflags=-m"}
	for _, folder := range folders {
		args = append(args, "./"+folder)
	}
	notes, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go build -gcflags=-m: %w:\n%s", err, notes)
	}
	for line := range strings.Lines(string(notes)) {
		m := heapNote.FindStringSubmatch(strings.TrimSpace(line))
		if m != nil && !constantNote.MatchString(m[2]) {
			findings = append(findings, finding{m[1], m[2], "nothing allocated"})
		}
	}
	return findings, nil
}
