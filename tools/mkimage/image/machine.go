package image

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"skerry/tools/machine"
)

// Environment is what programs must be started with besides what they want: it keeps Go from
// instructions whose registers the CPU driver does not save, those of AVX, and from BMI, which is
// encoded alike. A processor says by itself that they are off, but one hypervisor says otherwise.
const Environment = "GODEBUG=cpu.avx=off,cpu.avx2=off,cpu.fma=off,cpu.bmi1=off,cpu.bmi2=off," +
	"cpu.avx512f=off,cpu.avx512cd=off,cpu.avx512bw=off,cpu.avx512dq=off,cpu.avx512vl=off"

// A core's memory is its program's alone. So garbage is collected when there is garbagePercent of
// what is in use, a quarter as often as Go does by itself, but always before it fills all memory
// but one part in memoryShare: that is for what Go's runtime does not count.
const (
	garbagePercent = 400
	memoryShare    = 4
)

// ForMachine returns the programs and cores of a machine's description; the driver and files are
// the caller's to add. Apps that do not name a program are in the file instance.
func ForMachine(m *machine.Machine, instance string) (Config, error) {
	config := Config{SilentTicks: m.SilentTicks, SilentSeconds: m.SilentSeconds}
	for _, d := range m.Devices {
		config.Devices = append(config.Devices, Device{machine.KindOf(d.Kind), d.Cores})
	}
	for core := range m.Cores {
		p := programOf(m, core, instance)
		i := slices.IndexFunc(config.Programs, func(other Program) bool {
			return p.Name == other.Name && slices.Equal(p.Args, other.Args)
		})
		if i < 0 {
			var err error
			if p.ELF, err = os.ReadFile(p.Name); err != nil {
				return config, fmt.Errorf("image: app %s: %w: want a static ELF program",
					m.Apps[m.On[core][0]].Name, err)
			}
			i, config.Programs = len(config.Programs), append(config.Programs, p)
		}
		config.Cores = append(config.Cores, Core{
			Bytes: m.Memory, Program: i, Shares: m.Shares[core], Controls: m.Controls[core],
		})
	}
	return config, nil
}

// programOf returns what a core runs, without its file.
func programOf(m *machine.Machine, core int, instance string) Program {
	p := Program{Name: instance, Args: m.Words(core), Env: []string{
		Environment, fmt.Sprintf("GOGC=%d", garbagePercent),
		fmt.Sprintf("GOMEMLIMIT=%d", m.Memory/memoryShare*(memoryShare-1)),
	}}
	if own := m.Apps[m.On[core][0]].Program; own != "" {
		p.Name = own
	} else {
		p.Args = append([]string{filepath.Base(instance)}, p.Args...)
	}
	return p
}
