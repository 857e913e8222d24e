package image

import (
	"fmt"
	"os"
	"path/filepath"

	"skerry/tools/machine"
)

// Environment is what programs must be started with besides what they want: it keeps Go's runtime
// from instructions whose registers the CPU driver does not save.
const Environment = "GODEBUG=cpu.all=off"

// ForMachine returns the programs and cores of a machine's description; the driver and files are
// the caller's to add. Apps that do not name a program are in the file instance.
func ForMachine(m *machine.Machine, instance string) (Config, error) {
	config := Config{SilentTicks: m.SilentTicks, SilentSeconds: m.SilentSeconds}
	for _, app := range m.Apps {
		name := instance
		args := []string{filepath.Base(instance), app.Name}
		if app.Program != "" {
			name, args = app.Program, []string{app.Name}
		}
		file, err := os.ReadFile(name)
		if err != nil {
			return config, fmt.Errorf("image: app %s: %w: want a static ELF program", app.Name,
				err)
		}
		config.Programs = append(config.Programs, Program{
			Name: name, ELF: file, Args: append(args, app.Args...), Env: []string{Environment},
		})
	}
	for _, app := range m.On {
		config.Cores = append(config.Cores, Core{
			Bytes: m.Memory, Program: app,
			Shares: m.Apps[app].Shares, Controls: m.Apps[app].Controls,
		})
	}
	return config, nil
}
