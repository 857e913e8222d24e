// Package image makes the file that a machine boots from: an ELF file by the PVH protocol, which
// QEMU, Firecracker, Cloud Hypervisor and others start, with all that package layout draws up to
// the end of the image.
package image

import (
	"cmp"
	"debug/elf"
	"fmt"

	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/tools/mkimage/rights"
)

// Config says what an image is made of.
type Config struct {
	Driver   []byte // the CPU driver's ELF file
	LibOS    []byte // the libOS's
	Programs []Program
	Cores    []Core
	Devices  []Device
	Files    []File

	// When an instance and a core are silent, as in the manifest. Zero means the usual.
	SilentTicks, SilentSeconds uint64

	Quiet bool // drivers leave the console to the program
}

// Core is a core of the machine.
type Core struct {
	Bytes   uint64 // of memory, a multiple of layout.BlockBytes
	Program int    // the index of what it runs

	// What its instance may do, as in package rights.
	Shares, Controls uint64
}

// Device is a device that the machine may have.
type Device struct{ Kind, Cores uint64 } // as in the manifest

// Image is what Build made.
type Image struct {
	Bytes    []byte
	Manifest manifest.Manifest
	Patched  int // functions of the dead runtimes that lead to boundsFunction now
}

// Build makes an image. The same Config gives the same bytes.
func Build(config Config) (*Image, error) {
	d, err := readDriver(config.Driver)
	if err != nil {
		return nil, err
	}
	l, err := readLibOS(config.LibOS)
	if err != nil {
		return nil, err
	}
	programs, err := config.check(l)
	if err != nil {
		return nil, err
	}
	m := manifest.Manifest{
		Magic:     manifest.Magic,
		DataStart: d.data.start, DataFile: d.dataFile, DataEnd: d.dataEnd, Libos: libosEntries(l),
		SilentTicks:   cmp.Or(config.SilentTicks, silentTicks),
		SilentSeconds: cmp.Or(config.SilentSeconds, silentSeconds),
		Cores:         uint64(len(config.Cores)),
		Devices:       uint64(len(config.Devices)),
	}
	if config.Quiet {
		m.Quiet = 1
	}
	machine := rights.Machine{Cores: m.Cores, Devices: m.Devices}
	for i, core := range config.Cores {
		m.Core[i] = manifest.Core{
			Bytes: core.Bytes, Program: uint64(core.Program),
		}
		machine.Core[i] = rights.Core{Shares: core.Shares, Controls: core.Controls}
	}
	for i, device := range config.Devices {
		machine.Device[i] = device.Cores
		m.Device[i] = manifest.Device{Kind: device.Kind, Cores: device.Cores}
	}
	machine.Draw(&m)
	c := &contents{start: layout.Contents}
	c.fill(&m, &config, programs, d, l)
	if err := place(&m, c.end()); err != nil {
		return nil, err
	}
	for i := range m.Cores {
		c.add(template(&m, i, d), layout.PageBytes)
	}
	r := &record{}
	r.add(&m)
	return &Image{Manifest: m, Patched: d.patched + l.patched, Bytes: elfFile([]segment{
		{layout.Entry, elf.PF_R | elf.PF_X, entryPage(d.function[startFunction])},
		{layout.Manifest, elf.PF_R, r.bytes},
		{layout.BootTables, elf.PF_R, bootTables(&m)},
		{layout.Driver, elf.PF_R | elf.PF_X, d.memory},
		{layout.Contents, elf.PF_R, c.bytes},
	})}, nil
}

// check refuses what no machine can be made of, and returns the programs as they are loaded, beside
// the libOS.
func (c *Config) check(libos *freestanding) (programs []*loadable, err error) {
	if n := len(c.Cores); n < 1 || n > layout.CoresMax {
		return nil, fmt.Errorf("image: %d cores: want 1 to %d", n, layout.CoresMax)
	}
	if n := len(c.Programs); n > manifest.ProgramsMax {
		return nil, fmt.Errorf("image: %d programs: want %d at most", n, manifest.ProgramsMax)
	}
	if n := len(c.Devices); n > layout.DevicesMax {
		return nil, fmt.Errorf("image: %d devices: want %d at most", n, layout.DevicesMax)
	}
	least := make([]uint64, len(c.Programs))
	for i := range c.Programs {
		p := &c.Programs[i]
		l, err := p.load()
		if err != nil {
			return nil, err
		}
		if n := len(cStrings(p.Args)) + len(cStrings(p.Env)); n > argumentsMax {
			return nil, fmt.Errorf("image: program %s: %d bytes of arguments and environment: "+
				"want %d at most", p.Name, n, argumentsMax)
		}
		programs = append(programs, l)
		least[i] = roundUp(layout.FramesOffset+heapBytesLeast+l.writable()+
			libos.data.end-libos.data.start, layout.BlockBytes)
	}
	for i, core := range c.Cores {
		if core.Program < 0 || core.Program >= len(programs) {
			return nil, fmt.Errorf("image: core %d: program %d: want one of %d", i, core.Program,
				len(programs))
		}
		if n := core.Bytes; n < least[core.Program] || n%layout.BlockBytes != 0 {
			return nil, fmt.Errorf("image: core %d: %d KiB of memory: want a multiple of %d KiB, "+
				"at least %d", i, n>>10, layout.BlockBytes>>10, least[core.Program]>>10)
		}
	}
	return programs, checkFiles(c.Files)
}

// MemoryBytes returns how much memory the machine must be given, so that there is some at all
// addresses in use. Above lowEnd, a virtual machine has memory only if it has highLess below
// highStart first; the firmware's tables come on top.
func (i *Image) MemoryBytes() uint64 {
	if need := i.Manifest.Need; need > highStart {
		return need - highLess
	}
	return i.Manifest.Need + layout.BlockBytes
}
