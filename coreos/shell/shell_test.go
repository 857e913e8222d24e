package shell

import (
	"slices"
	"strings"
	"testing"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// A script runs on any driver, and its output is what the commands have to say. Where a driver
// cannot end with a status, the first core leaves it in its epitaph.
func TestScript(t *testing.T) {
	out, ends := game{
		script: "help; cores; ping 1; mem; stop 2; cores; start 2; exit 3", live: (*shell).live,
	}.play(t)
	out.shows(t, `^help \[COMMAND\] +list the commands`, `^exit \[STATUS\]`,
		`^core +state +uptime`, `^0 +running, console`, `^2 +running .* 0 +-$`,
		`^core 1 answers in .*µs from sleep`, `^core +in use`, `^core 2, life 1: stopped`,
		`^2 +dead .* stopped: `, `^core 2, life 2: answers after`)
	if ends[0].Reason != "shell: exit status 3" || ends[1].Cause != epitaph.Stopped {
		t.Errorf("ends %v: want core 0 with status 3, and the others stopped", ends)
	}
}

// What only bare can do is told in one line elsewhere, and fails.
func TestNoInspector(t *testing.T) {
	out, ends := game{
		script: "trace; fault 1; hang 1; hang 1 ring0; ping 1", live: (*shell).live,
	}.play(t)
	if count := strings.Count(out.text.String(), errLook.Error()+"\n"); count != 4 {
		t.Errorf("told %d times: want 4:\n%s", count, &out.text)
	}
	if ends[0].Reason != "shell: exit status 1" {
		t.Errorf("core 0 ends with %q: want status 1", ends[0].Reason)
	}
}

// Every command of a script runs once, in order, though the cores that run it die of it, and no
// such command counts as failed. Planted: a shell that does not tell the others how far it is.
func TestScriptOutlivesCores(t *testing.T) {
	script := []string{
		"help help", "crash 0", "cores", "start 0", "restart 1", "cores", "fault 0", "hang 1 ring3",
		"start 0", "start 1", "hang 2 ring0", "cores",
	}
	run := func(script []string, live func(*shell) error) (*screen, int) {
		b := newBare()
		out, _ := game{script: strings.Join(script, "; "), driver: b.on, live: live}.play(t)
		return out, b.status
	}
	out, status := run(script, (*shell).live)
	if got := out.commands(); !slices.Equal(got, script) || status != 0 {
		t.Errorf("ran %q, status %d: want %q, status 0:\n%s", got, status, script, &out.text)
	}
	out.shows(t, `^core 1 has the console now; core 0, life 1: panicked: shell: the console asked`,
		`^core 0, life 2: answers`, `has the console now; core 1, life 1: stopped`,
		`^core 1, life 2: answers`)
	out, _ = run(script[:2], func(sh *shell) error {
		clear(sh.peers)
		return sh.live()
	})
	if got := out.commands(); slices.Equal(got, script[:2]) {
		t.Errorf("ran %q though nobody was told: want commands to run again", got)
	}
}

// A core that dies of something else while it runs a command leaves a failed command behind.
func TestUnexpectedDeath(t *testing.T) {
	b := newBare()
	out, _ := game{script: "ping 1; help help", driver: b.on, live: func(sh *shell) error {
		if boot := sh.core.Boot(); boot.Core == 0 {
			sh.core = mortal{sh.core}
		}
		return sh.live()
	}}.play(t)
	out.shows(t, `^core 1 has the console now; core 0, life 1: panicked: bad luck`,
		`^shell: core 0 died while it ran "ping 1"`, `^skerry> help help`)
	if b.status != statusFailed {
		t.Errorf("status %d: want %d", b.status, statusFailed)
	}
}

// Only bare shows traces and memory by the driver's count, and ends with a status. Of several
// commands that fail, the first one's status counts.
func TestInspector(t *testing.T) {
	b := newBare()
	out, _ := game{
		script: "trace 1; mem; crush 1; stop 7; cores", driver: b.on, live: (*shell).live,
	}.play(t)
	out.shows(t, `^0\.001500 s +kick of core 1$`, `^0 +3\.0 MiB +64\.0 MiB`,
		`^shell: unknown command "crush": did you mean "crash"\?$`,
		`^shell: core "7": want one of 0 to 2$`, `^0 +running, console .* 3.0 MiB`)
	if b.status != statusUsage {
		t.Errorf("status %d: want %d", b.status, statusUsage)
	}
}

// A core that there is no window to is not asked, and not taken for this one. It can be stopped and
// started where the driver lets this core do it.
func TestApart(t *testing.T) {
	b := newBare()
	driver := func(core kernel.Core) kernel.Core { return apart{b.on(core).(bareCore)} }
	out, _ := game{
		script: "cores; mem; ping 2; bench msg 2; crash 2; hang 2; stop 2; start 2; ping 1",
		driver: driver, live: (*shell).live,
	}.play(t)
	const refused = `: kernel: these two cores share no window on this machine$`
	out.shows(t, `^2 +hidden`, `^2 +- +- +- +-$`,
		`^shell: core 2`+refused, `^shell: core 2`+refused,
		`^shell: end a life of core 2`+refused, `^shell: end a life of core 2`+refused,
		`^core 2, life 1: stopped`, `^core 2 was started: no window to ask it$`, `^core 1 answers`)
	if b.status != statusFailed {
		t.Errorf("status %d: want %d", b.status, statusFailed)
	}
}

// Who shares no window with the first to have the console does not know how far its script is, and
// begins no other.
func TestApartFromConsole(t *testing.T) {
	b := newBare()
	driver := func(core kernel.Core) kernel.Core { return apart{b.on(core).(bareCore)} }
	out, _ := game{
		script: "stop 1; crash 0", driver: driver, live: (*shell).live,
	}.play(t)
	out.shows(t, `^core 1, life 1: stopped`,
		`^shell: core 2 has the console, and no word of where the script is$`)
	if got := out.commands(); len(got) != 2 || b.status != statusFailed {
		t.Errorf("ran %q, status %d: want each once, and status %d", got, b.status, statusFailed)
	}
}

// Lines that are typed run as they come, those that fail included, until the console is closed.
func TestTyped(t *testing.T) {
	b := newBare()
	out, _ := game{typed: "pnig 1\rping 1\r \r\x04", driver: b.on, live: (*shell).live}.play(t)
	out.shows(t, `^shell on core 0 of 3`, `^skerry> pnig 1$`, `did you mean "ping"\?$`,
		`^skerry> ping 1$`, `^core 1 answers`, `^skerry>  $`, `^skerry> $`)
	if b.status != 0 {
		t.Errorf("status %d: want 0", b.status)
	}
	b = newBare()
	out, _ = game{typed: "help help\r", driver: b.on, live: (*shell).live}.play(t)
	out.shows(t, `^help \[COMMAND\]`, `^skerry> shell: the console has no input`)
	if b.status != statusUsage {
		t.Errorf("status %d without input: want %d", b.status, statusUsage)
	}
}
