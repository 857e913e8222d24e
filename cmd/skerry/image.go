package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"skerry/tools/machine"
	"skerry/tools/mkimage/image"
)

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
	m, err := o.machine()
	if err != nil {
		return statusFailed, err
	}
	made, err := o.image(m)
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

// image returns the image of a machine.
func (o *options) image(m *machine.Machine) (*image.Image, error) {
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
	if config.LibOS, err = os.ReadFile(o.bare.libos); err != nil {
		return nil, fmt.Errorf("skerry: libOS: %w", err)
	}
	return image.Build(config)
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
