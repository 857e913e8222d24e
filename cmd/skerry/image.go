package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"skerry/tools/machine"
	"skerry/tools/mkimage/image"
)

// What a machine has if nobody says.
const (
	coresBare     = 4
	memoryBare    = "64MiB"  // for the apps of an instance
	memoryProgram = "512MiB" // for a program that nobody wrote for Skerry
	appBare       = "shell"
)

// listMax bounds how long an instance may take to name its apps.
const listMax = 10 * time.Second

// hostVariables are what a program is told of the terminal and the place that it is run from.
var hostVariables = []string{"TERM", "LANG", "LC_ALL", "TZ"}

// makeImage is the verb that makes an image, for hosts that start it without this command.
func makeImage(args []string) (int, error) {
	o, err := parse("image", args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return statusOK, nil
	case err != nil:
		return statusUsage, err
	case o.bare.output == "":
		return statusUsage, errors.New("skerry image: no file to make: want -o FILE")
	}
	made, err := o.image()
	if err != nil {
		return statusFailed, err
	}
	if err := os.WriteFile(o.bare.output, made.Bytes, 0o644); err != nil {
		return statusFailed, fmt.Errorf("skerry image: %w", err)
	}
	fmt.Printf("%s: %d KiB, for %d cores and at least %d MiB of memory\n", o.bare.output,
		len(made.Bytes)>>10, made.Manifest.Cores, made.MemoryBytes()>>20)
	return statusOK, nil
}

// image returns the image that the command line asks for.
func (o *options) image() (*image.Image, error) {
	m, err := o.machine()
	if err != nil {
		return nil, err
	}
	config, err := image.ForMachine(m, o.instance)
	if err != nil {
		return nil, err
	}
	for i := range config.Programs {
		config.Programs[i].Env = environment(config.Programs[i].Env, o.bare.env)
	}
	config.Quiet = o.program
	if config.Files, err = guestFiles(o.bare.files); err != nil {
		return nil, err
	}
	if config.Driver, err = os.ReadFile(o.bare.driver); err != nil {
		return nil, fmt.Errorf("skerry: CPU driver: %w", err)
	}
	return image.Build(config)
}

// machine returns the description of the machine.
func (o *options) machine() (*machine.Machine, error) {
	switch {
	case o.bare.description != "":
		return o.described()
	case o.program:
		m, err := o.short(1, memoryProgram, o.app[0], nil)
		if err == nil {
			m.Apps[0].Program = o.app[0]
		}
		return m, err
	}
	m, err := o.short(cmp.Or(o.cores, coresBare), memoryBare, o.appName(), o.apps())
	if err == nil && o.bare.exec != "" {
		m.Apps[0].Args = []string{"--exec", o.bare.exec}
	}
	return m, err
}

// described returns the machine of a description, or one with only its first cores.
func (o *options) described() (*machine.Machine, error) {
	text, err := os.ReadFile(o.bare.description)
	if err != nil {
		return nil, fmt.Errorf("skerry: machine: %w", err)
	}
	m, err := machine.Parse(text, o.bare.description, o.apps())
	if err != nil {
		return nil, err
	}
	if o.cores > m.Cores {
		return nil, fmt.Errorf("skerry: --cores %d: %s has %d: want that at most", o.cores,
			o.bare.description, m.Cores)
	}
	m.Cores = cmp.Or(o.cores, m.Cores)
	m.On = m.On[:m.Cores]
	return m, o.execIn(m)
}

// execIn hands console commands to the description's shell.
func (o *options) execIn(m *machine.Machine) error {
	if o.bare.exec == "" {
		return nil
	}
	i := slices.IndexFunc(m.Apps, func(a machine.App) bool { return a.Name == appBare })
	if !slices.Contains(m.On[0], i) {
		return fmt.Errorf("skerry: --exec: core 0 runs %s in %s: want %s there",
			strings.Join(m.Words(0), " "), o.bare.description, appBare)
	}
	m.Apps[i].Args = []string{"--exec", o.bare.exec}
	return nil
}

// short makes a machine that runs one app on all cores. What the command line says is written
// down as a description, so that it is held to the same rules.
func (o *options) short(cores int, memory, app string, apps []string) (*machine.Machine, error) {
	text := fmt.Sprintf("cores = %d\nmemory = %q\n[[app]]\nname = %q\n", cores,
		cmp.Or(o.bare.memory, memory), app)
	m, err := machine.Parse([]byte(text), "command line", apps)
	if err == nil && len(o.app) > 1 {
		m.Apps[0].Args = o.app[1:]
	}
	return m, err
}

func (o *options) appName() string {
	if len(o.app) == 0 {
		return appBare
	}
	return o.app[0]
}

// apps returns the names of the instance's apps, which it prints when it is asked to outside of a
// machine; nil if it does not: then it is no instance, and the image says what it is.
func (o *options) apps() []string {
	ctx, cancel := context.WithTimeout(context.Background(), listMax)
	defer cancel()
	text, err := exec.CommandContext(ctx, o.instance, "--list").Output()
	if err != nil {
		return nil
	}
	return strings.Fields(string(text))
}

// environment returns a program's environment: what every one needs, what describes the terminal,
// and what the command line says. Settings of GODEBUG that are asked for come beside those that
// are needed, which win.
func environment(needed, asked []string) []string {
	env := slices.Clone(needed)
	for _, name := range hostVariables {
		asked = append([]string{name}, asked...)
	}
	for _, entry := range asked {
		name, value, given := strings.Cut(entry, "=")
		if !given {
			if value, given = os.LookupEnv(name); !given {
				continue
			}
		}
		same := func(e string) bool { return strings.HasPrefix(e, name+"=") }
		switch i := slices.IndexFunc(env, same); {
		case i < 0:
			env = append(env, name+"="+value)
		case name == "GODEBUG":
			_, forced, _ := strings.Cut(needed[i], "=")
			env[i] = name + "=" + value + "," + forced
		default:
			env[i] = name + "=" + value
		}
	}
	return env
}

// guestFiles reads the files for programs.
func guestFiles(pairs []string) (files []image.File, err error) {
	for _, pair := range pairs {
		host, guest, ok := strings.Cut(pair, ":")
		if !ok || host == "" || !filepath.IsAbs(guest) {
			return nil, fmt.Errorf("skerry: --file %s: want HOST:GUEST, GUEST absolute", pair)
		}
		stat, err := os.Stat(host)
		if err != nil {
			return nil, fmt.Errorf("skerry: --file %s: %w", pair, err)
		}
		text, err := os.ReadFile(host)
		if err != nil {
			return nil, fmt.Errorf("skerry: --file %s: %w", pair, err)
		}
		files = append(files, image.File{
			Path: guest, Bytes: text, Mode: uint64(stat.Mode().Perm()),
		})
	}
	return files, nil
}
