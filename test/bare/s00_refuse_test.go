package bare

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What no machine can be made of is refused before anything boots, with one line that says what was
// found and what was wanted.
func TestS00Refusals(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	instance, err := os.ReadFile(filepath.Join(built.folder, "instance"))
	if err != nil {
		t.Fatal(err)
	}
	const shell = "\n[[app]]\nname = \"shell\"\n"
	const head = "cores = 2\nmemory = \"64MiB\""
	two := write("two.toml", head+shell)
	for _, c := range []struct{ args, says string }{
		{"-- /nowhere/prog", "image: app /nowhere/prog: open /nowhere/prog: no such file"},
		{"-- " + write("script", "#!/bin/sh\n"), "image: program "},
		{"-- " + write("short", string(instance[:100<<10])), "image: program "},
		{"-- /bin/true", "image: program /bin/true: "},
		{"--memory 1KiB", "image: core 0: 1 KiB of memory: want "},
		{"--memory much shell", `command line:2: memory = "much": want a size`},
		{"--cores 65 shell", "command line:1: cores = 65: want a number from 1 to 64"},
		{"--cores 65", "default.toml:2: cores = 65: want a number from 1 to 64"},
		{"shel", `command line:4: unknown app "shel": want one of `},
		{"--file x:y shell", "skerry: --file x:y: want HOST:GUEST, GUEST absolute"},
		{"--file /nowhere/x:/y shell", "skerry: --file /nowhere/x:/y: stat /nowhere/x: no such"},
		{"--machine /nowhere/m.toml", "skerry: machine: open /nowhere/m.toml: no such file"},
		{"--machine " + write("bad.toml", "cores = = 2\n"), folder + "/bad.toml:1: "},
		{"--machine " + write("app.toml", head+"\n[[app]]\nname = \"x\"\n"),
			folder + `/app.toml:4: unknown app "x": want one of `},
		{"--cores 3 --machine " + two, "skerry: --cores 3: " + two + " has 2: want that"},
	} {
		command := exec.Command(built.skerry, append([]string{"run", "--on", "bare"},
			strings.Fields(c.args)...)...)
		said, _ := command.CombinedOutput()
		line, rest, _ := strings.Cut(string(said), "\n")
		if !strings.HasPrefix(line, c.says) || rest != "" || command.ProcessState.ExitCode() == 0 {
			t.Errorf("%s: status %d, says %q: want another status than 0 and one line: %s…", c.args,
				command.ProcessState.ExitCode(), said, c.says)
		}
	}
}

// An image starts on plain QEMU, as docs/deploy.md has it, also with fewer processors than it has
// cores. It refuses a machine with more, or with too little memory.
func TestS00PlainQEMU(t *testing.T) {
	t.Parallel()
	image := filepath.Join(t.TempDir(), "image")
	make := exec.Command(built.skerry, "image", "-o", image, "--cores", "2", "--exec", "cores")
	if said, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for _, c := range []struct{ cores, memory, says string }{
		{"2", "512M", `(?m)^1 +running`},
		{"1", "512M", `(?m)^0 +running`},
		{"3", "512M", `processors: found 3: want at most 2`},
		{"2", "64M", `memory: found \d+ MiB: want \d+ MiB for 2 cores`},
	} {
		m := start(t, exec.Command("qemu-system-x86_64",
			"-machine", "microvm,rtc=on,pit=on,pic=on,isa-serial=on",
			"-accel", "tcg", "-cpu", "max", "-smp", c.cores, "-m", c.memory,
			"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
			"-serial", "stdio", "-kernel", image), patience(3))
		m.Expect(c.says)
		m.Status() // QEMU's says nothing
	}
}
