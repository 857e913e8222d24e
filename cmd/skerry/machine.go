package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"skerry/kernel/manifest"
	"skerry/tools/machine"
)

// What a machine has if nobody says.
const (
	coresBare     = 4
	coresHosted   = 2        // enough for a message
	memoryApps    = "64MiB"  // for the apps of an instance
	memoryProgram = "512MiB" // for a program that nobody wrote for Skerry
	appConsole    = "shell"
)

// listMax bounds how long an instance may take to name its apps.
const listMax = 10 * time.Second

// machine returns the description of the machine that the command line asks for.
func (o *options) machine() (*machine.Machine, error) {
	switch {
	case o.program:
		m, err := o.short(1, memoryProgram, []string{o.app[0]}, nil)
		if err == nil {
			m.Apps[0].Program, m.Apps[0].Args = o.app[0], o.app[1:]
		}
		return m, err
	case len(o.app) > 0 && isPath(o.app[0]):
		return o.inFolder(o.app[0], o.app[1:])
	case o.description != "":
		return o.described(o.apps())
	case o.exec != "":
		return o.short(o.few(), memoryApps, []string{appConsole, "--exec", o.exec}, o.apps())
	case len(o.app) == 0:
		return o.standard()
	}
	return o.short(o.few(), memoryApps, o.app, o.apps())
}

// few returns how many cores a machine has that nobody described.
func (o *options) few() int {
	if o.on == "bare" {
		return cmp.Or(o.cores, coresBare)
	}
	return cmp.Or(o.cores, coresHosted)
}

// described returns the machine of a description, or one with only its first cores.
func (o *options) described(apps []string) (*machine.Machine, error) {
	text, err := os.ReadFile(o.description)
	if err != nil {
		return nil, fmt.Errorf("skerry: machine: %w", err)
	}
	m, err := machine.Parse(text, o.description, apps)
	if err != nil {
		return nil, err
	}
	if o.cores > m.Cores {
		return nil, fmt.Errorf("skerry: --cores %d: %s has %d: want that at most", o.cores,
			o.description, m.Cores)
	}
	m.Cores = cmp.Or(o.cores, m.Cores)
	m.On = m.On[:m.Cores]
	return m, o.execIn(m)
}

// execIn hands console commands to the description's shell.
func (o *options) execIn(m *machine.Machine) error {
	if o.exec == "" {
		return nil
	}
	i := slices.IndexFunc(m.Apps, func(a machine.App) bool { return a.Name == appConsole })
	if !slices.Contains(m.On[0], i) {
		return fmt.Errorf("skerry: --exec: core 0 runs %s in %s: want %s there",
			strings.Join(m.Words(0), " "), o.description, appConsole)
	}
	m.Apps[i].Args = []string{"--exec", o.exec}
	return nil
}

// short makes a machine that runs apps, given in words, on all cores. What the command line says is
// written down as a description, so that it is held to the same rules.
func (o *options) short(cores int, memory string, words, apps []string) (*machine.Machine, error) {
	text := fmt.Sprintf("cores = %d\nmemory = %q\n", cores, cmp.Or(o.bare.memory, memory))
	parts := split(words)
	for _, part := range parts {
		text += fmt.Sprintf("[[app]]\nname = %q\n", part[0])
	}
	if len(o.publish) > 0 { // on bare that takes a card
		text += fmt.Sprintf("[[device]]\nkind = %q\n", manifest.KindName(manifest.KindNet))
	}
	m, err := machine.Parse([]byte(text), "command line", apps)
	if err != nil {
		return nil, err
	}
	for i, part := range parts {
		m.Apps[i].Args = part[1:]
	}
	return m, nil
}

// split returns the words of each app, its name first, which may be empty.
func split(words []string) (parts [][]string) {
	for {
		end := slices.Index(words, machine.Between)
		part := words
		if end >= 0 {
			part = words[:end]
		}
		if len(part) == 0 {
			part = []string{""}
		}
		parts = append(parts, part)
		if end < 0 {
			return parts
		}
		words = words[end+1:]
	}
}

// apps returns the names of the instance's apps, which it prints when it is asked to outside of a
// machine; nil if it does not: then it is no instance, and who starts it says what it is.
func (o *options) apps() []string {
	ctx, cancel := context.WithTimeout(context.Background(), listMax)
	defer cancel()
	text, err := exec.CommandContext(ctx, o.instance, "--list").Output()
	names := strings.Fields(string(text))
	if err != nil || len(names) == 0 {
		return nil
	}
	return names
}
