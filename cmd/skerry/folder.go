package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"skerry/tools/machine"
)

// descriptionName is the description of the machine that a folder is for.
const descriptionName = "machine.toml"

// isPath tells whether a word of the command line is a folder, and no app's name.
func isPath(word string) bool {
	return word == "." || word == ".." || strings.Contains(word, string(filepath.Separator))
}

// inFolder returns the machine that a folder is for: the one of its machine.toml, or one that runs
// the app of its program on all cores. Without a program of its own, the folder's apps are the
// instance's.
func (o *options) inFolder(folder string, args []string) (*machine.Machine, error) {
	if stat, err := os.Stat(folder); err != nil || !stat.IsDir() {
		return nil, fmt.Errorf("skerry: no folder %s: want one with a program, or an app's name",
			folder)
	}
	o.description = filepath.Join(folder, descriptionName)
	_, err := os.Stat(o.description)
	described := err == nil
	name, err := packageIn(folder)
	switch {
	case err == nil && name == "main":
		err = o.build(folder)
	case described:
		err = nil
	case err == nil:
		err = fmt.Errorf("skerry: %s has package %s, and no %s: want package main, which calls "+
			"coreos.Main", folder, name, descriptionName)
	}
	if err != nil {
		return nil, err
	}
	apps := o.apps()
	if !described {
		if len(apps) != 1 {
			return nil, fmt.Errorf("skerry: the program in %s has apps %q: want one, or a %s that "+
				"says what runs where", folder, apps, descriptionName)
		}
		return o.short(o.few(), memoryApps, append(apps, args...), apps)
	}
	m, err := o.described(apps)
	if err != nil || len(args) == 0 {
		return m, err
	}
	if len(m.Apps) > 1 {
		return nil, fmt.Errorf("skerry: arguments %q, and %s has %d apps: want them in there", args,
			o.description, len(m.Apps))
	}
	m.Apps[0].Args = args
	return m, nil
}

// packageIn returns the name of the package in a folder.
func packageIn(folder string) (string, error) {
	text, err := goIn(folder, "list", "-f", "{{.Name}}", ".")
	return strings.TrimSpace(text), err
}

// build builds the program in a folder, for any machine, and has the cores run it. The file has no
// name that could be left behind.
func (o *options) build(folder string) error {
	place, err := os.MkdirTemp("", "skerry")
	if err != nil {
		return fmt.Errorf("skerry: build %s: %w", folder, err)
	}
	defer os.RemoveAll(place)
	output := filepath.Join(place, "instance")
	if _, err := goIn(folder, "build", "-buildvcs=false", "-o", output, "."); err != nil {
		return err
	}
	program, err := os.ReadFile(output)
	if err != nil {
		return fmt.Errorf("skerry: build %s: %w", folder, err)
	}
	if o.built, err = memoryFile("instance", program); err != nil {
		return err
	}
	o.instance = fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), o.built.Fd())
	return nil
}

// goIn runs the go command in a folder, and returns what it prints. What it complains about goes to
// standard error.
func goIn(folder string, args ...string) (string, error) {
	command := exec.Command("go", args...)
	command.Dir = folder
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOAMD64=v1")
	command.Stderr = os.Stderr
	text, err := command.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("skerry: no go command on PATH to build %s: want Go: "+
			"https://go.dev/dl", folder)
	}
	if err != nil {
		return "", fmt.Errorf("skerry: go %s in %s: %w", args[0], folder, err)
	}
	return string(text), nil
}
