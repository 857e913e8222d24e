package image

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"skerry/kernel/cap"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

// mapping is what page tables say of one page or block.
type mapping struct {
	physical, size uint64
	rights         string // a subset of "rwxu", and "-" where it is not cached
}

// walk returns all that page tables at base map, by virtual address.
func walk(bytes []byte, base uint64) (map[uint64]mapping, error) {
	all := map[uint64]mapping{}
	var visit func(table, virtual uint64, level int, above uint64) error
	visit = func(table, virtual uint64, level int, above uint64) error {
		if table < base || table-base > uint64(len(bytes))-layout.PageBytes {
			return fmt.Errorf("table at %#x: want it in the template", table)
		}
		size := uint64(1) << (12 + 9*level)
		for i := range uint64(entries) {
			entry := binary.LittleEndian.Uint64(bytes[table-base+8*i:])
			at := virtual + i*size
			if entry&present == 0 {
				continue
			}
			frame := entry & 0x000f_ffff_ffff_f000
			rights := entry&user | above&entry&writable | (above|entry)&noExecute | entry&uncached
			if level > 0 && entry&block == 0 {
				if err := visit(frame, at, level-1, rights); err != nil {
					return err
				}
				continue
			}
			if at >= 1<<47 {
				at |= 0xffff << 48
			}
			all[at] = mapping{frame, size, rightsText(rights)}
		}
		return nil
	}
	return all, visit(base, 0, 3, writable)
}

func rightsText(entry uint64) string {
	text := "r"
	for _, r := range []struct {
		is   bool
		text string
	}{
		{entry&writable != 0, "w"}, {entry&noExecute == 0, "x"}, {entry&user != 0, "u"},
		{entry&uncached != 0, "-"},
	} {
		if r.is {
			text += r.text
		}
	}
	return text
}

// wantDirect returns the rights that core i has to a block of physical memory.
func wantDirect(m *manifest.Manifest, i, at uint64) string {
	private := m.Core[i]
	switch {
	case at == 0 && i == 0:
		return "rw"
	case at < m.ImageEnd:
		return "r"
	case at == m.Commons, private.Base <= at && at < private.Base+private.Bytes:
		return "rw"
	case at == 0xfee0_0000, at == 0xfec0_0000:
		return "rw-"
	}
	for _, device := range m.Device[:m.Devices] {
		if at == device.Memory && device.Cores>>i&1 != 0 {
			return "rw"
		}
	}
	for a := range m.Cores {
		for b := range a {
			window := m.Windows + (a*(a-1)/2+b)*layout.BlockBytes
			shared := cap.May(m, a, cap.Share, b)
			if at == window && (a == i || b == i) && shared {
				return "rw"
			}
		}
	}
	return ""
}

// wantDriver returns the physical address of a page of the driver of fakeDriver, and its rights.
func wantDriver(core *manifest.Core, at uint64) (physical uint64, rights string) {
	within := func(start, end uint64) bool { return start <= at && at < end }
	switch {
	case within(0x20_0000, 0x20_3000):
		return at, "rx"
	case within(0x22_0000, 0x22_2000):
		return at, "r"
	case within(0x23_0000, 0x23_6000), within(0x3f_c000, 0x40_0000), // data, stacks
		within(0x3f_9000, 0x3f_b000), within(0x3f_6000, 0x3f_8000):
		return core.Base + at - 0x20_0000, "rw"
	}
	return 0, ""
}

// checkTemplate compares the page tables of core i with what they should be: these mappings, all
// of them, and no other.
func checkTemplate(m *manifest.Manifest, i uint64, bytes []byte) error {
	core := &m.Core[i]
	found, err := walk(bytes, core.Base)
	if err != nil {
		return err
	}
	want := map[uint64]mapping{}
	for at := uint64(0); at < max(m.Need, 1<<32); at += layout.BlockBytes {
		if rights := wantDirect(m, i, at); rights != "" {
			want[at+layout.DirectMap] = mapping{at, layout.BlockBytes, rights}
		}
	}
	for at := uint64(layout.Driver); at < layout.DriverEnd; at += layout.PageBytes {
		if physical, rights := wantDriver(core, at); rights != "" {
			want[at] = mapping{physical, layout.PageBytes, rights}
		}
	}
	for at, w := range want {
		if found[at] != w {
			err = errors.Join(err, fmt.Errorf("%#x: %+v: want %+v", at, found[at], w))
		}
	}
	for at, f := range found {
		if want[at] == (mapping{}) {
			err = errors.Join(err, fmt.Errorf("%#x: %+v: want nothing there", at, f))
		}
	}
	return err
}

// Each core's page tables map what the core may touch, with the rights that it needs, and nothing
// else, whatever the size of the machine.
func TestTemplates(t *testing.T) {
	for _, c := range []struct {
		cores int
		bytes uint64
	}{{1, 12 << 20}, {2, 64 << 20}, {4, 1 << 30}, {8, 3 << 30}, {64, 16 << 20}} {
		made := mustBuild(t, fakeConfig(c.cores, c.bytes))
		loaded := load(t, made.Bytes)
		for i := range made.Manifest.Cores {
			core := &made.Manifest.Core[i]
			template := loaded.at(core.Tables, core.Size)
			if err := checkTemplate(&made.Manifest, i, template); err != nil {
				t.Fatalf("%d cores of %d MiB, core %d: %v", c.cores, c.bytes>>20, i, err)
			}
		}
	}
}

// User pages can hang below the driver's tables, in the first GiB and outside of it.
func TestRoomForUser(t *testing.T) {
	made := mustBuild(t, fakeConfig(2, 16<<20))
	core := &made.Manifest.Core[1]
	template := load(t, made.Bytes).at(core.Tables, core.Size)
	for _, table := range []uint64{layout.TableRoot, layout.TableLow} {
		entry := binary.LittleEndian.Uint64(template[table*layout.PageBytes:])
		next := core.Base + (table+1)*layout.PageBytes
		if entry != next|present|writable|user {
			t.Errorf("entry 0 of table %d: %#x: want %#x, for users to write", table, entry, next)
		}
	}
}

// TestTemplateBugs plants what page tables must not have, and sees it found.
func TestTemplateBugs(t *testing.T) {
	made := mustBuild(t, fakeConfig(4, 16<<20))
	m, loaded := &made.Manifest, load(t, made.Bytes)
	const me = 1
	core := &m.Core[me]
	entry := func(table int, index uint64) uint64 { // its offset in the template
		return uint64(table)*layout.PageBytes + index%entries*8
	}
	page := func(at uint64) uint64 { return entry(layout.TableDriver, at/layout.PageBytes) }
	direct := func(at uint64) uint64 {
		return entry(layout.TableDirectories, at/layout.BlockBytes)
	}
	others := m.Windows + layout.WindowIndex(0, 2)*layout.BlockBytes
	const all, none = ^uint64(0), 0
	const constants, data = layout.Driver + fakeConstants, layout.Driver + fakeData
	for _, c := range []struct {
		bug         string
		at, or, and uint64
		want        string
	}{
		{"text to write", page(layout.Driver), writable, all, "rights:rwx}: want"},
		{"constants to execute", page(constants), none, all &^ noExecute, "rights:rx}"},
		{"data to execute", page(data), none, all &^ noExecute, "rights:rwx}"},
		{"stack for users", page(layout.StackBase0), user, all, "rights:rwu}"},
		{"pristine data", page(data), data | readWrite, none, "physical:2293760"},
		{"a guard page", page(layout.StackBase0 - 1), core.Base | readWrite, none, "nothing"},
		{"the fixed page", page(layout.FixedPage), core.Base | readWrite, none, "nothing"},
		{"no data", page(data + 0x1000), none, none, "rights:}: want"},
		{"image to write", direct(layout.Contents), writable, all, "rights:rw}"},
		{"image to execute", direct(layout.Contents), none, all &^ noExecute, "rights:rx}"},
		{"trampoline to write", direct(0), writable, all, "rights:rw}"},
		{"commons for users", direct(m.Commons), user, all, "rights:rwu}"},
		{"no commons", direct(m.Commons), none, none, "rights:}: want"},
		{"others' window", direct(others), others | readWrite | block, none, "nothing"},
		{"no window", direct(m.Windows), none, none, "rights:}: want"},
		{"another's memory", direct(m.Core[2].Base), m.Core[2].Base | readWrite | block, none,
			"nothing"},
		{"a table outside", entry(layout.TableGiB0, 5), m.Core[2].Base | present, none,
			"want it in the template"},
		{"null", entry(layout.TableGiB0, 0), readWrite | block, none, "nothing"},
	} {
		template := loaded.at(core.Tables, core.Size)
		was := binary.LittleEndian.Uint64(template[c.at:])
		binary.LittleEndian.PutUint64(template[c.at:], was&c.and|c.or)
		err := checkTemplate(m, me, template)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v: want %s", c.bug, err, c.want)
		}
	}
}

// A window is in the page tables of its two ends if both share it, and otherwise in none. Planted:
// the window that core 0 wants and core 2 does not, at either end, and one that both want, missing.
func TestTemplateWindows(t *testing.T) {
	config := fakeConfig(4, 16<<20)
	config.Cores[1].Shares = 1<<0 | 1<<2
	config.Cores[2].Shares = 1 << 1
	config.Cores[3].Shares = 0
	made := mustBuild(t, config)
	m, loaded := &made.Manifest, load(t, made.Bytes)
	check := func(core uint64, spoil func(template []byte)) error {
		template := loaded.at(m.Core[core].Tables, m.Core[core].Size)
		spoil(template)
		return checkTemplate(m, core, template)
	}
	for core := range m.Cores {
		if err := check(core, func([]byte) {}); err != nil {
			t.Errorf("core %d: %v", core, err)
		}
	}
	for _, c := range []struct{ core, a, b uint64 }{{0, 0, 2}, {2, 0, 2}, {1, 1, 2}, {2, 1, 2}} {
		window := m.Windows + layout.WindowIndex(c.a, c.b)*layout.BlockBytes
		err := check(c.core, func(template []byte) {
			at := layout.TableDirectories*layout.PageBytes + window/layout.BlockBytes%entries*8
			entry := binary.LittleEndian.Uint64(template[at:])
			binary.LittleEndian.PutUint64(template[at:], entry^(window|readWrite|block))
		})
		if err == nil {
			t.Errorf("core %d with the wrong window of cores %d and %d: want it found", c.core,
				c.a, c.b)
		}
	}
}

// The memory of a device has a place of its own, and is in the page tables of the cores that may
// drive it, and in no other. Planted: a core more in the set, and one less.
func TestTemplateDevices(t *testing.T) {
	config := fakeConfig(4, 16<<20)
	config.Devices = []Device{{manifest.KindNet, 0b0110}, {manifest.KindRandom, 0b0001}}
	made := mustBuild(t, config)
	m, loaded := &made.Manifest, load(t, made.Bytes)
	if net, random := m.Device[0].Memory, m.Device[1].Memory; random != net+layout.BlockBytes ||
		m.Core[0].Base < random+layout.BlockBytes || net < m.Windows+6*layout.BlockBytes {
		t.Errorf("devices at %#x and %#x, core 0 at %#x: want them apart", net, random,
			m.Core[0].Base)
	}
	for core := range m.Cores {
		template := loaded.at(m.Core[core].Tables, m.Core[core].Size)
		if err := checkTemplate(m, core, template); err != nil {
			t.Errorf("core %d: %v", core, err)
		}
		other := *m
		other.Device[0].Cores ^= 1 << core
		if checkTemplate(&other, core, template) == nil {
			t.Errorf("core %d: want another set of cores found", core)
		}
	}
}

// The boot tables map all memory that is in use at its own address, to read, write and execute.
func TestBootTables(t *testing.T) {
	for _, bytes := range []uint64{16 << 20, 1 << 30} {
		made := mustBuild(t, fakeConfig(4, bytes))
		m := &made.Manifest
		loaded := load(t, made.Bytes)
		found, err := walk(loaded.at(layout.BootTables, bootTablesSize(m)), layout.BootTables)
		if err != nil {
			t.Fatal(err)
		}
		used := [][2]uint64{{0, m.ImageEnd}, {m.Commons, m.Commons + layout.BlockBytes},
			{m.Windows, m.Windows + 6*layout.BlockBytes}}
		for i := range m.Cores {
			used = append(used, [2]uint64{m.Core[i].Base, m.Core[i].Base + bytes})
		}
		for _, u := range used {
			for at := u[0]; at < u[1]; at += layout.BlockBytes {
				if want := (mapping{at, layout.BlockBytes, "rwx"}); found[at] != want {
					t.Fatalf("%#x: %+v: want %+v", at, found[at], want)
				}
			}
		}
	}
}

func bootTablesSize(m *manifest.Manifest) uint64 {
	gibs := map[uint64]bool{}
	for at := uint64(0); at < m.Need; at += layout.BlockBytes {
		if at < lowEnd || at >= highStart {
			gibs[at/gib] = true
		}
	}
	return uint64(2+len(gibs)) * layout.PageBytes
}
