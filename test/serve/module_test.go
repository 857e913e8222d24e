package serve

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// module makes a module of somebody's own, with the smallest program in its folder my/app.
func module(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	program, err := os.ReadFile("apps/hello/hello.go")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "my/app/main.go"), string(program))
	write(t, filepath.Join(root, "go.mod"), "module example.com/mine\n\ngo 1.26.3\n")
	return root
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// in runs a command in a folder and returns what it says.
func in(t *testing.T, folder, program string, args ...string) (string, error) {
	t.Helper()
	c := exec.Command(program, args...)
	c.Dir = folder
	c.Env = append(os.Environ(), "GOWORK=", "GOPROXY=off", "GOSUMDB=off")
	text, err := c.CombinedOutput()
	return string(text), err
}

// A program in a module of its own, which requires skerry by replace or in a workspace, runs on
// both drivers, with as many cores and as described as it says.
func TestOwnModule(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	replaced, workspace := module(t), module(t)
	for _, args := range [][]string{
		{"mod", "edit", "-require=skerry@v0.0.0", "-replace=skerry=" + here}, {"mod", "tidy"},
	} {
		if text, err := in(t, replaced, "go", args...); err != nil {
			t.Fatalf("go %q: %v: %s", args, err, text)
		}
	}
	write(t, filepath.Join(workspace, "go.work"), "go 1.26.3\n\nuse .\n\nuse "+here+"\n")
	for _, c := range []struct {
		root  string
		args  string
		lines int
	}{
		{replaced, "--cores 3 ./my/app", 3},
		{workspace, "./my/app", 2},
		{replaced, "--on bare --accel tcg --cores 2 ./my/app", 2},
		{filepath.Join(workspace, "my/app"), "--cores 1 .", 1},
	} {
		text, err := in(t, c.root, skerry, append([]string{"run"}, strings.Fields(c.args)...)...)
		if got := strings.Count(text, ": hello: I am one of "); err != nil || got != c.lines {
			t.Errorf("%s: %v, %d cores say hello: want %d:\n%s", c.args, err, got, c.lines, text)
		}
	}
	write(t, filepath.Join(replaced, "my/app/machine.toml"),
		"cores = 4\nmemory = \"64MiB\"\n[[app]]\nname = \"hello\"\n")
	text, err := in(t, replaced, skerry, "run", "./my/app")
	if got := strings.Count(text, "one of 4 cores"); err != nil || got != 4 {
		t.Errorf("described: %v, %d of 4 cores say hello: want 4:\n%s", err, got, text)
	}
}

// A folder that has nothing to run is refused with one line that says why.
func TestOwnModuleRefused(t *testing.T) {
	root := module(t)
	write(t, filepath.Join(root, "library/library.go"), "package library\n")
	write(t, filepath.Join(root, "plain/main.go"), "package main\n\nfunc main() {}\n")
	for folder, want := range map[string]string{
		"./nothing": "skerry: no folder ./nothing: want one with a program, or an app's name",
		"./library": "skerry: ./library has package library, and no machine.toml: want package",
		"./plain":   "skerry: the program in ./plain has apps []: want one, or a machine.toml that",
	} {
		text, err := in(t, root, skerry, "run", folder)
		if err == nil || !strings.HasPrefix(text, want) || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: %v: %s: want one line: %s", folder, err, text, want)
		}
	}
}
