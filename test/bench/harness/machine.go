package harness

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// Machine describes in a line what the figures depend on: processor, kernel and Go.
func Machine() string {
	return fmt.Sprintf("%s, %d CPUs, Linux %s, %s", processor(), runtime.NumCPU(),
		firstLine("/proc/sys/kernel/osrelease"), runtime.Version())
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(text)) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

func firstLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

// Stamp returns the present date as the header of a result shows it.
func Stamp() string { return time.Now().UTC().Format("2006-01-02 15:04 UTC") }
