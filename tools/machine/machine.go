// Package machine reads the description of a machine, machine.toml:
//
//	cores = 4
//	memory = "64MiB"     # of each core
//	silent-ticks = 1000  # an instance is silent after so many timer ticks without a pulse
//	silent-seconds = 10  # a core is silent after so long without a tick
//
//	[[app]]
//	name = "pingpong"
//	cores = "0-1"        # or 3, or "0,2-3"; without it: all
//	args = ["-n", "5"]
//
//	[[app]]
//	name = "hello"
//	cores = "2-3"
//	program = "hello.elf" # a static ELF file of its own, found from the description's folder
//	shares = "1-3"        # cores that it has windows with, if their apps share with its own too
//	controls = "none"     # cores that it may start, stop and fail; with all others: power off
//
// Each core runs one app. Sets of cores are "all", as without the key, "none", or as in cores. A
// core may see the status, trace and epitaph of those that it shares with or controls. Errors are
// FILE:LINE: what was found: want what was wanted.
package machine

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"skerry/kernel/layout"
)

// Machine is a description.
type Machine struct {
	Cores         int
	Memory        uint64 // bytes of each core
	SilentTicks   uint64 // 0: not said
	SilentSeconds uint64 // 0: not said
	Apps          []App
	On            []int // for each core the index of its app
}

// App is a program of cores.
type App struct {
	Name    string
	Args    []string
	Program string // path of its ELF file, "" if it is the instance's

	Shares, Controls uint64 // sets of cores, a bit for each
}

// Parse reads a description; name is its path. Apps without a program must be among apps, unless
// that is nil.
func Parse(text []byte, name string, apps []string) (*Machine, error) {
	d := &description{name: name, lines: strings.Split(string(text), "\n")}
	values := map[string]any{}
	if _, err := toml.Decode(string(text), &values); err != nil {
		return nil, d.syntax(err)
	}
	t := table{d, top, values}
	t.onlyKeys("cores", "memory", "silent-ticks", "silent-seconds", "app")
	t.require("cores", "memory", "app")
	m := &Machine{
		Cores:         int(t.number("cores", 1, layout.CoresMax)),
		Memory:        t.size("memory"),
		SilentTicks:   uint64(t.number("silent-ticks", 1, silentTicksMax)),
		SilentSeconds: uint64(t.number("silent-seconds", 1, silentSecondsMax)),
	}
	tables, _ := take[[]map[string]any](t, "app", "[[app]] tables")
	m.On = slices.Repeat([]int{nobody}, m.Cores)
	for i, values := range tables {
		m.addApp(table{d, i, values}, apps)
	}
	if i := slices.Index(m.On, nobody); i >= 0 {
		d.refuse(top, "cores", fmt.Sprintf("core %d has no app", i), "one on each core")
	}
	if d.err != nil {
		return nil, d.err
	}
	return m, nil
}

// nobody is the app of a core that has none yet.
const nobody = -1

// addApp reads one [[app]].
func (m *Machine) addApp(t table, apps []string) {
	t.onlyKeys("name", "cores", "args", "program", "shares", "controls")
	t.require("name")
	app := App{
		Name: t.text("name"), Program: t.text("program"), Args: t.texts("args"),
		Shares: t.coreSet("shares", m.Cores), Controls: t.coreSet("controls", m.Cores),
	}
	switch {
	case app.Name == "":
		t.refuse("name", "app without a name", "one")
	case app.Program != "":
		app.Program = filepath.Join(filepath.Dir(t.d.name), app.Program)
	case apps != nil && !slices.Contains(apps, app.Name):
		t.refuse("name", fmt.Sprintf("unknown app %q", app.Name),
			"one of "+strings.Join(apps, ", "))
	}
	m.Apps = append(m.Apps, app)
	for _, core := range t.cores("cores", m.Cores) {
		if other := m.On[core]; other != nobody {
			t.refuse("cores", fmt.Sprintf("core %d for %s and for %s", core,
				m.Apps[other].Name, app.Name), "each core for one app, once")
		}
		m.On[core] = t.place
	}
}
