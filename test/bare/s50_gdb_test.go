package bare

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A debugger stops in the CPU driver, in the libOS and in the instance, with names and lines of
// each, and its macros show what a core's driver did last and how a core died.
func TestS50Debugger(t *testing.T) {
	t.Parallel()
	m := built.Boot(t, Config{Board: "microvm", Accel: "tcg", Cores: 2,
		Args: []string{"--gdb", "--exec", "crash 1; exit"}})
	address := m.Expect(`skerry: waits for gdb: target remote (\S+)\n`)[1]
	args := []string{"--batch", "--init-eval-command=set auto-load no",
		"--command=tools/gdb/skerry.gdb", filepath.Join(built.folder, "driver")}
	for _, command := range []string{
		"add-symbol-file " + filepath.Join(built.folder, "instance"),
		"add-symbol-file " + filepath.Join(built.folder, "libos"),
		"target remote " + address,
		"hbreak main.begin", "continue", "backtrace 1", "delete",
		"hbreak main.serve", "continue", "backtrace 1", "delete",
		"hbreak skerry/coreos/shell.exit", "continue", "backtrace 1", "list",
		"skerry-trace 0", "skerry-epitaph 0", "skerry-epitaph 1", "kill",
	} {
		args = append(args, "--eval-command="+command)
	}
	said, err := exec.Command("gdb", args...).CombinedOutput()
	if err != nil {
		t.Errorf("gdb: %v", err)
	}
	for _, want := range []string{
		"#0  main.begin (", "kernel/bare/begin.go:",
		"#0  main.serve (", "kernel/libos/main.go:", "#0  skerry/coreos/shell.exit (",
		"func exit(sh *shell", "life", "interrupt", "core 0 has not died",
		"core 1, life 1, died at ", ": panicked: ",
	} {
		if !strings.Contains(string(said), want) {
			t.Errorf("gdb does not say %q", want)
		}
	}
	if t.Failed() {
		t.Logf("gdb says:\n%s", said)
	}
}
