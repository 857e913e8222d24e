package bare

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// plant is a bug: in a file, one text in place of another, and the attacks that succeed then.
type plant struct{ file, from, to, breaches string }

var plants = []plant{
	{"kernel/vm/vm.go", "if prot&Exec == 0 {", "if prot == None {", // data can be executed
		`executes (its heap|its data|its stack|its window|a mapping|the pulse|the clock)`},
	{"kernel/process/frame.go", "flagsChosen = 1<<0", "flagsChosen = 3<<12 | 1<<0",
		`(return|goes on) with (I/O privilege|all flags( but one)?)`},
	{"kernel/process/memory.go", "case size == 0:\n\t\treturn 0\n\tcase kept(start, size):",
		"case size == 0:\n\t\treturn 0\n\tcase kept(start, size) && start != layout.Clock:",
		`((mprotects|unmaps|maps over) and )?writes the clock`},
	{"kernel/bare/instance.go", "return e == 0 && ", "e |= space.Map(windowAt(me), " +
		"layout.BlockBytes, vm.Read|vm.Write, vm.Fixed, phys.Addr(m.Windows+\n" +
		"layout.WindowIndex(0, 2)*layout.BlockBytes), 0)\nreturn e == 0 && ",
		`(reads|writes|executes) a window to itself|sweeps .* at 0x7e0000203008|` +
			`has (ring 0|the libOS) \w+.*`},
	{"kernel/bare/calls.go", "probed && !quirk", "false", `a jump to the stub('s INT3)?`},
	{"tools/mkimage/image/tables.go", "blocks(layout.IOAPIC, layout.BlockBytes, readWrite|",
		"blocks(layout.IOAPIC, layout.BlockBytes, user|readWrite|",
		`(reads|writes) the I/O APIC|sweeps .* at 0xffff8000fe[cd].*`},
	{"tools/mkimage/image/tables.go", "t.hang(t.direct, at/gib, directory, 0)",
		"t.hang(t.direct, at/gib, directory, user)", `with the one above`},
	{"tools/mkimage/image/tables.go", "layout.DirectMap>>39, layout.TableDirect, 0)",
		"layout.DirectMap>>39, layout.TableDirect, user)", `with the one above`},
}

// overlay returns a flag that has `go build` see the files of the module with plants in them.
func overlay(t *testing.T, plants ...plant) string {
	t.Helper()
	replaced := map[string]string{}
	for i, p := range plants {
		path, err := filepath.Abs(p.file)
		if err != nil {
			t.Fatal(err)
		}
		source := path
		if r, ok := replaced[path]; ok {
			source = r
		}
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(text), p.from) != 1 {
			t.Fatalf("plant %d: %q is not once in %s", i, p.from, p.file)
		}
		replaced[path] = filepath.Join(t.TempDir(), "planted.go")
		text = []byte(strings.Replace(string(text), p.from, p.to, 1))
		if err := os.WriteFile(replaced[path], text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return "-overlay=" + path
}

// Attacks on a driver and page tables with bugs succeed, and are seen to: each bug by the attacks
// that use it, also by what changes on other cores, and no other attack.
func TestS60PlantedBugsAreFound(t *testing.T) {
	t.Parallel()
	binaries, err := Build(t.TempDir(), overlay(t, plants...))
	if err != nil {
		t.Fatal(err)
	}
	m := bootHostile(t, binaries)
	if status := m.Status(); status != 1 {
		t.Errorf("exit status %d: want 1", status)
	}
	var names, expected []string
	for _, p := range plants {
		expected = append(expected, p.breaches)
	}
	all := regexp.MustCompile(`^(` + strings.Join(expected, "|") + `)( at 0x[0-9a-f]+)?$`)
	breach := regexp.MustCompile(`(?m)^hostile: (?:life-ending )?breach: (.*?): `)
	for _, found := range breach.FindAllStringSubmatch(m.Log(), -1) {
		name := found[1]
		if names = append(names, name); !all.MatchString(name) && name != "the first life" {
			t.Errorf("breach by %q: no bug was planted that lets it", name)
		}
	}
	for _, p := range plants {
		one := regexp.MustCompile(`^(` + p.breaches + `)( at 0x[0-9a-f]+)?$`)
		if !slices.ContainsFunc(names, one.MatchString) && p.breaches != `with the one above` {
			t.Errorf("%s with %q: not found", p.file, p.to)
		}
	}
	for _, changed := range []string{`window near`, `shared`, `changes on core 2`} {
		if !strings.Contains(m.Log(), changed) {
			t.Errorf("no word of %q", changed)
		}
	}
}
