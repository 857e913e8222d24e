package discover

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"skerry/kernel/commons"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

// rig is a machine: memory with text, registers here and there, and functions on buses.
type rig struct {
	Machine
	devices [layout.DevicesMax]commons.Device
	text    string            // at textAt
	words   map[uint64]uint64 // registers that only keep what they have
	bases   map[uint64]uint64 // base addresses: the bits that can be changed
	loads   int
}

const (
	textAt = 0x5000
	ecam   = 0xb000_0000
)

// newRig returns a machine that wants two cards and a source of random numbers.
func newRig() *rig {
	r := &rig{words: map[uint64]uint64{}, bases: map[uint64]uint64{}}
	m := &manifest.Manifest{Cores: 2, Devices: 3, Need: 6 << 30}
	m.Device[0].Kind, m.Device[1].Kind, m.Device[2].Kind = manifest.KindNet, manifest.KindRandom,
		manifest.KindNet
	r.Machine = Machine{
		Load8: r.load8, Load32: r.load32, Store32: r.store32, Manifest: m, Devices: &r.devices,
	}
	return r
}

func (r *rig) load8(at uint64) uint64 {
	if i := at - textAt; i < uint64(len(r.text)) {
		return uint64(r.text[i])
	}
	return 0
}

func (r *rig) load32(at uint64) uint64 {
	r.loads++
	if at%4 != 0 || at < layout.HoleStart || at>>20 == 0xfee || at>>20 == 0xfec {
		panic(fmt.Sprintf("a register at %#x: want none there", at))
	}
	if v, ok := r.words[at]; ok {
		return v
	}
	if at >= ecam && at < ecam+1<<28 {
		if _, ok := r.words[at&^(functionBytes-1)]; !ok {
			return 1<<32 - 1 // no function
		}
	}
	return 0
}

func (r *rig) store32(at, value uint64) {
	if mask, ok := r.bases[at]; ok {
		r.words[at] = r.words[at]&^mask | value&mask
		return
	}
	r.words[at] = value
}

// card puts a device's first registers somewhere.
func (r *rig) card(at, kind uint64) {
	r.words[at], r.words[at+4], r.words[at+8] = magic, version, kind
}

// upper stands for the upper half of a wide base address among sizes.
const upper = 1 << 40

// function puts a function on a bus, with a base address for each of some sizes.
func (r *rig) function(bus, slot, number uint64, id, header uint64, sizes ...uint64) uint64 {
	f := ecam + ((bus*slots+slot)*functions+number)*functionBytes
	r.words[f], r.words[f+configHeader] = id, header<<16
	r.words[f+configCommand] = 0x0010_0003
	r.bases[f+configCommand] = 7
	for i := range uint64(6) {
		at := f + configBases + 4*i
		r.bases[at], r.words[at] = 0, 0
		switch wide := i+1 < uint64(len(sizes)) && sizes[i+1] == upper; {
		case i >= uint64(len(sizes)) || sizes[i] == 0:
		case sizes[i] == upper:
			r.bases[at] = 1<<32 - 1
		default:
			r.bases[at] = -sizes[i] & 0xffff_fff0
			r.words[at] = 0xfe00_0000 + f - ecam + i<<16
			if wide {
				r.words[at] |= baseWide
			}
		}
	}
	r.words[f+configPointer] = 0x84
	r.words[f+0x84] = 0x9009
	r.words[f+0x90] = capabilityMSIX
	r.words[f+0x94] = 0x801 // in the range of base address 1, at 0x800
	return f
}

// A device that the command line names is found if its registers say so; each goes to the first
// device of its kind that has none.
func TestCommandLine(t *testing.T) {
	r := newRig()
	r.text = "quiet virtio_mmio.device=512@0xfeb00200:17 xvirtio_mmio.device=512@0xfeb00600:3" +
		"  virtio_mmio.device=4K@0xd0000000:5:1 virtio_mmio.device=512@4272959488:23 " +
		"virtio_mmio.device=512@0xfeb00800:7"
	r.card(0xfeb0_0200, manifest.KindRandom)
	r.card(0xfeb0_0600, manifest.KindNet)
	r.card(0xd000_0000, manifest.KindNet)
	r.card(4272959488, manifest.KindNet)
	r.card(0xfeb0_0800, manifest.KindNet) // one more than is wanted
	r.CommandLine(textAt)
	for i, want := range []struct{ at, bytes, line uint64 }{
		{0xd000_0000, 4096, 5}, {0xfeb0_0200, 512, 17}, {4272959488, 512, 23},
	} {
		d := r.devices[i]
		if d.Bus != commons.MMIO || d.Line != want.line ||
			d.Range[0] != (commons.Range{At: want.at, Bytes: want.bytes}) {
			t.Errorf("device %d: %+v: want %+v", i, d, want)
		}
	}
	if r.devices[3].Bus != commons.NoBus {
		t.Errorf("device 3: %+v: want none", r.devices[3])
	}
}

// What makes no sense on a command line, or would be no device's registers, is passed over.
// Planted: a line that is right.
func TestCommandLineRefusals(t *testing.T) {
	for _, text := range []string{
		"", "virtio_mmio.device=", "virtio_mmio.device=512", "virtio_mmio.device=512@",
		"virtio_mmio.device=512@0xfeb00000", "virtio_mmio.device=512@0xfeb00000:",
		"virtio_mmio.device=@0xfeb00000:5", "virtio_mmio.device=512@0x:5",
		"virtio_mmio.device=512@0xfeb00000:24", "virtio_mmio.device=0@0xfeb00000:5",
		"virtio_mmio.device=512@0xfeb00001:5", "virtio_mmio.device=2M@0xfeb00000:5",
		"virtio_mmio.device=512@0x1000:5", "virtio_mmio.device=512@0xfee00000:5",
		"virtio_mmio.device=512@0xfec00000:5", "virtio_mmio.device=512@0xfebffe01:5",
		"virtio_mmio.device=4K@0xfebff800:5", "virtio_mmio.device=512@0xfffffffffffffe00:5",
		"virtio_mmio.device=512@0x100000000:5", // memory
		"virtio_mmio.device=99999999999999999999@0xfeb00000:5",
		"virtio_mmio.device=512@0xfeb01000:5", // nothing there
		strings.Repeat(" ", lineBytesMax) + "virtio_mmio.device=512@0xfeb00000:5",
	} {
		r := newRig()
		r.text = text
		r.card(0xfeb0_0000, manifest.KindNet)
		if r.CommandLine(textAt); r.devices[0].Bus != commons.NoBus {
			t.Errorf("%q: found %+v: want nothing", text, r.devices[0])
		}
	}
	r := newRig()
	r.text = "virtio_mmio.device=512@0xfeb00000:5"
	r.card(0xfeb0_0000, manifest.KindNet)
	if r.CommandLine(textAt); r.devices[0].Bus != commons.MMIO {
		t.Error("a line that is right finds nothing either")
	}
	r.CommandLine(0)
}

// Devices are found on all buses that bridges lead to, with their ranges and where their messages
// are; and the base addresses are as before.
func TestPCI(t *testing.T) {
	r := newRig()
	const modern, old = 0x1041_1af4, 0x1005_1af4
	r.function(0, 0, 0, 0x29c0_8086, 0) // the host's bridge
	r.function(0, 2, 0, 0xffff_8086, typeBridge|typeSeveral)
	r.words[ecam+2*functions*functionBytes+configBuses] = 0x0001_0100 // to bus 1
	card := r.function(1, 0, 0, modern, 0, 0, 4096, upper, 0, 16384, upper)
	random := r.function(0, 2, 5, old, 0, 0, 4096, 1<<22)
	r.words[random+configSub] = manifest.KindRandom<<16 | vendorVirtio
	r.function(9, 0, 0, modern, 0, 0, 4096) // no bridge leads there
	before := fmt.Sprint(r.words)
	r.PCI(ecam, 0, 255)
	if after := fmt.Sprint(r.words); after != before {
		t.Errorf("registers were %s and are %s: want them as before", before, after)
	}
	net, want := r.devices[0], commons.Device{Bus: commons.PCI, MSIX: 0x90}
	want.Table = r.words[card+configBases+4]&^baseFlags + 0x800
	want.Range[1] = commons.Range{At: want.Table - 0x800, Bytes: 4096}
	want.Range[4] = commons.Range{At: r.words[card+configBases+16] &^ baseFlags, Bytes: 16384}
	want.Range[commons.ConfigRange] = commons.Range{At: card, Bytes: 4096}
	if net != want {
		t.Errorf("card: %+v: want %+v", net, want)
	}
	if d := r.devices[1]; d.Range[commons.ConfigRange].At != random ||
		d.Range[2].Bytes != layout.RangeBytesMax {
		t.Errorf("random: %+v: want it at %#x, the first MiB of its last range", d, random)
	}
	if r.devices[2].Bus != commons.NoBus {
		t.Errorf("device 2: %+v: want none", r.devices[2])
	}
}

// A function without messages, or whose ranges are where memory or an interrupt controller is, is
// no device. Planted: one without such flaws.
func TestPCIRefusals(t *testing.T) {
	const second = configBases + 4 // base address
	for flaw, spoil := range map[string]func(r *rig, f uint64){
		"":                        func(*rig, uint64) {},
		"other vendor":            func(r *rig, f uint64) { r.words[f] = 0x1041_1af5 },
		"no virtio device":        func(r *rig, f uint64) { r.words[f] = 0x1100_1af4 },
		"another kind":            func(r *rig, f uint64) { r.words[f] = 0x1050_1af4 },
		"no capability":           func(r *rig, f uint64) { r.words[f+configPointer] = 0 },
		"a ring of capabilities":  func(r *rig, f uint64) { r.words[f+0x84] = 0x8409 },
		"no messages":             func(r *rig, f uint64) { r.words[f+0x90] = 5 },
		"messages in range 7":     func(r *rig, f uint64) { r.words[f+0x94] = 7 },
		"messages in no range":    func(r *rig, f uint64) { r.words[f+0x94] = 3 },
		"messages behind range 1": func(r *rig, f uint64) { r.words[f+0x94] = 0xff9 },
		"range at memory":         func(r *rig, f uint64) { r.words[f+second] = 0x100_0000 },
		"range at the APIC":       func(r *rig, f uint64) { r.words[f+second] = 0xfee0_0000 },
		"range of ports":          func(r *rig, f uint64) { r.words[f+second] |= baseIO },
		"range above memory's start": func(r *rig, f uint64) {
			r.words[f+second], r.words[f+configBases+8] = baseWide, 1
		},
	} {
		r := newRig()
		spoil(r, r.function(0, 3, 0, 0x1041_1af4, 0, 0, 4096, upper))
		r.PCI(ecam, 0, 255)
		if found := r.devices[0].Bus != commons.NoBus; found != (flaw == "") {
			t.Errorf("%q: found %v, %+v", flaw, found, r.devices[0])
		}
	}
	r := newRig()
	r.function(0, 0, 0, 0x1041_1af4, 0, 0, 4096)
	r.PCI(0x1000_0000, 0, 255) // no configuration space
	r.PCI(1<<64-1<<20, 0, 255)
	if r.devices[0].Bus != commons.NoBus {
		t.Errorf("where memory is: found %+v: want nothing", r.devices[0])
	}
}

// FuzzDiscover: whatever the command line and the registers say, only registers are looked at, not
// too many of them, and what is found lies where registers may be.
func FuzzDiscover(f *testing.F) {
	f.Add("virtio_mmio.device=512@0xfeb00000:5", []byte{1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, text string, tape []byte) {
		r := newRig()
		r.text = text
		r.card(0xfeb0_0000, manifest.KindNet)
		for slot := uint64(0); len(tape) >= 8; slot++ {
			v := binary.LittleEndian.Uint64(tape)
			at := r.function(0, slot%slots, v%functions, 0x1041_1af4, v>>8&0x81, v>>16&0xffff)
			for i := range uint64(64) {
				if v>>(i%64)&1 != 0 {
					r.words[at+4*i] ^= bits.RotateLeft64(v, int(i)) & (1<<32 - 1)
				}
			}
			tape = tape[8:]
		}
		r.CommandLine(textAt)
		r.PCI(ecam, 0, 255)
		for i, d := range r.devices {
			for _, g := range d.Range {
				if g.Bytes != 0 && !r.believed(g.At, g.Bytes) {
					t.Errorf("device %d: registers at %+v: want none there", i, g)
				}
			}
		}
		if most := busesMax * slots * functions * 100; r.loads > most {
			t.Errorf("%d loads: want %d at most", r.loads, most)
		}
	})
}
