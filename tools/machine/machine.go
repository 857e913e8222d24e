// Package machine reads the description of a machine, machine.toml:
//
//	cores = 4
//	memory = "64MiB"     # of each core
//	silent-ticks = 1000  # an instance is silent after so many timer ticks without a pulse
//	silent-seconds = 10  # a core is silent after so long without a tick
//
//	[[app]]
//	name = "httpd"
//	cores = "0-1"        # or 3, or "0,2-3"; without it: all
//	args = ["-n", "5"]
//	ports = ["80/tcp"]   # what it serves, for who runs the machine to publish
//
//	[[app]]
//	name = "hello"
//	cores = "2-3"
//	program = "hello.elf" # a static ELF file of its own, found from the description's folder
//	shares = "1-3"        # cores that it has windows with, if their apps share with its own too
//	controls = "none"     # cores that it may start, stop and fail; with all others: power off
//
//	[[device]]
//	kind = "virtio-net"   # or virtio-rng
//	cores = "0-1"         # that may drive it, one at a time, and so are trusted with all memory
//
// Each core runs at least one app. Several share it if none has a program of its own; the core may
// do what all of them may. Sets of cores are "all", as without the key, "none", or as in cores. A
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
	Devices       []Device
	On            [][]int // for each core the indexes of its apps, ascending

	Shares, Controls []uint64 // for each core a set of cores, a bit for each
}

// App is a program of cores.
type App struct {
	Name    string
	Args    []string
	Program string // path of its ELF file, "" if it is the instance's
	Ports   []Port
}

// Words returns what a core is to run: the names of its apps, each with its arguments, and Between
// between them.
func (m *Machine) Words(core int) (words []string) {
	for i, app := range m.On[core] {
		if i > 0 {
			words = append(words, Between)
		}
		words = append(append(words, m.Apps[app].Name), m.Apps[app].Args...)
	}
	return words
}

// Between stands between the apps of a core; package coreos knows it.
const Between = "+"

// Parse reads a description; name is its path. Apps without a program must be among apps, unless
// that is nil.
func Parse(text []byte, name string, apps []string) (*Machine, error) {
	d := &description{name: name, lines: strings.Split(string(text), "\n")}
	values := map[string]any{}
	if _, err := toml.Decode(string(text), &values); err != nil {
		return nil, d.syntax(err)
	}
	t := table{d, top, values}
	t.onlyKeys("cores", "memory", "silent-ticks", "silent-seconds", "app", "device")
	t.require("cores", "memory", "app")
	m := &Machine{
		Cores:         int(t.number("cores", 1, layout.CoresMax)),
		Memory:        t.size("memory"),
		SilentTicks:   uint64(t.number("silent-ticks", 1, silentTicksMax)),
		SilentSeconds: uint64(t.number("silent-seconds", 1, silentSecondsMax)),
	}
	tables, _ := take[[]map[string]any](t, "app", "[[app]] tables")
	m.On = make([][]int, m.Cores)
	m.Shares = slices.Repeat([]uint64{allCores(m.Cores)}, m.Cores)
	m.Controls = slices.Clone(m.Shares)
	for i, values := range tables {
		m.addApp(table{d, i, values}, apps)
	}
	devices, _ := take[[]map[string]any](t, "device", "[[device]] tables")
	for i, values := range devices {
		m.addDevice(table{d, firstDevice + i, values})
	}
	if i := slices.IndexFunc(m.On, func(apps []int) bool { return apps == nil }); i >= 0 {
		d.refuse(top, "cores", fmt.Sprintf("core %d has no app", i), "one on each core")
	}
	if d.err != nil {
		return nil, d.err
	}
	return m, nil
}

// addApp reads one [[app]].
func (m *Machine) addApp(t table, apps []string) {
	t.onlyKeys("name", "cores", "args", "ports", "program", "shares", "controls")
	t.require("name")
	app := App{
		Name: t.text("name"), Program: t.text("program"), Args: t.texts("args"), Ports: t.ports(),
	}
	switch {
	case app.Name == "":
		t.refuse("name", "app without a name", "one")
	case app.Program != "":
		app.Program = filepath.Join(filepath.Dir(t.d.name), app.Program)
	case slices.Contains(append(app.Args, app.Name), Between):
		t.refuse("args", fmt.Sprintf("the word %q", Between), "none: it stands between apps")
	case apps != nil && !slices.Contains(apps, app.Name):
		t.refuse("name", fmt.Sprintf("unknown app %q", app.Name),
			"one of "+strings.Join(apps, ", "))
	}
	m.checkPorts(t, app)
	m.Apps = append(m.Apps, app)
	m.place(t, t.cores("cores", m.Cores))
}

// place puts the last app on cores.
func (m *Machine) place(t table, cores []int) {
	shares, controls := t.coreSet("shares", m.Cores), t.coreSet("controls", m.Cores)
	app := &m.Apps[t.place]
	for _, core := range cores {
		for _, other := range m.On[core] {
			found := fmt.Sprintf("core %d for %s and for %s", core, m.Apps[other].Name, app.Name)
			switch {
			case other == t.place:
				t.refuse("cores", found, "each core once")
			case app.Program != "" || m.Apps[other].Program != "":
				t.refuse("cores", found, "a program of its own alone")
			}
		}
		m.On[core] = append(m.On[core], t.place)
		m.Shares[core] &= shares
		m.Controls[core] &= controls
	}
}
