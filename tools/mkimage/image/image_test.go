package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	programs "skerry/tools/mkimage/elf"
)

// memory is what a loader makes of an image.
type memory struct {
	t     *testing.T
	file  *elf.File
	entry uint64 // as the note says
}

func load(t *testing.T, image []byte) *memory {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{t: t, file: f}
	for _, p := range f.Progs {
		if p.Type == elf.PT_NOTE {
			var n note
			if err := binary.Read(p.Open(), binary.LittleEndian, &n); err != nil {
				t.Fatal(err)
			}
			if n.Type == entryNote && string(n.Name[:]) == "Xen\x00" {
				m.entry = n.Address
			}
		}
	}
	return m
}

// at returns bytes of physical memory.
func (m *memory) at(address, size uint64) []byte {
	m.t.Helper()
	for _, p := range m.file.Progs {
		if p.Type == elf.PT_LOAD && p.Paddr <= address && address+size <= p.Paddr+p.Memsz {
			b := make([]byte, size)
			if _, err := p.ReadAt(b, int64(address-p.Paddr)); err != nil {
				m.t.Fatal(err)
			}
			return b
		}
	}
	m.t.Fatalf("%d bytes at %#x: want them in a segment", size, address)
	return nil
}

func (m *memory) manifest() (found manifest.Manifest) {
	m.t.Helper()
	_, err := binary.Decode(m.at(layout.Manifest, uint64(binary.Size(found))),
		binary.LittleEndian, &found)
	if err != nil {
		m.t.Fatal(err)
	}
	return found
}

// What goes into an image is found in memory by the manifest, and the entry by the note.
func TestContents(t *testing.T) {
	config := fakeConfig(2, 16<<20)
	made := mustBuild(t, config)
	loaded := load(t, made.Bytes)
	m := loaded.manifest()
	if m != made.Manifest || m.Magic != manifest.Magic {
		t.Errorf("manifest in the image: want the one that Build tells")
	}
	if loaded.entry != layout.Entry || loaded.file.Entry != layout.Entry {
		t.Errorf("entry %#x in the note, %#x in the header: want %#x", loaded.entry,
			loaded.file.Entry, layout.Entry)
	}
	text := func(at, size uint64) string { return string(loaded.at(at, size)) }
	for i, want := range []struct {
		parent, mode uint64
		name, data   string
	}{
		{1, 0o040555, "", ""}, {1, 0o041777, "tmp", ""}, {1, 0o040555, "etc", ""},
		{3, 0o100644, "hello", "hello, core"},
	} {
		f := m.File[i]
		if f.Parent != want.parent || f.Mode != want.mode || m.Files != 4 ||
			text(f.Name, f.NameBytes) != want.name || f.Bytes != uint64(len(want.data)) ||
			f.Bytes > 0 && text(f.Data, f.Bytes) != want.data {
			t.Errorf("file %d is %+v: want %+v", i, f, want)
		}
	}
	if text(m.VDSO, m.VDSOSize) != string(vdso()) || m.VDSO%layout.PageBytes != 0 {
		t.Errorf("vDSO at %#x: want it there, at a page", m.VDSO)
	}
	d, err := readDriver(config.Driver)
	if err != nil {
		t.Fatal(err)
	}
	if text(layout.Driver, uint64(len(d.memory))) != string(d.memory) {
		t.Error("driver in the image: want it as patched")
	}
}

// A program's segments are in the image, at pages, once for all who share it.
func TestProgramImages(t *testing.T) {
	config := fakeConfig(2, 16<<20)
	made := mustBuild(t, config)
	var parsed programs.Program
	programs.Parse(config.Programs[0].ELF, &parsed)
	p := made.Manifest.Program
	if p[0].Segments != 2 || p[0].Segment != p[1].Segment || p[0].Entry != parsed.Entry {
		t.Errorf("programs %+v and %+v: want the same two segments", p[0], p[1])
	}
	for i, want := range parsed.Segment[:parsed.Segments] {
		s := p[0].Segment[i]
		if s.Start != want.Start || s.End != want.End || s.Prot != want.Prot ||
			s.Source%layout.PageBytes != 0 {
			t.Errorf("segment %d is %+v: want %+v, at a page", i, s, want)
		}
		if file := config.Programs[0].ELF[want.Offset:][:want.FileBytes]; i > 0 &&
			!bytes.Equal(load(t, made.Bytes).at(s.Source, s.FileBytes), file) {
			t.Errorf("segment %d has other bytes than the file", i)
		}
	}
}

// The same configuration gives the same bytes.
func TestReproducible(t *testing.T) {
	a, b := mustBuild(t, fakeConfig(3, 32<<20)), mustBuild(t, fakeConfig(3, 32<<20))
	if !bytes.Equal(a.Bytes, b.Bytes) {
		t.Error("two builds differ: want the same bytes")
	}
}

// What no machine can be made of is refused with what was found and what was wanted.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		want  string
		spoil func(*Config)
	}{
		{"0 cores: want 1 to 64", func(c *Config) { c.Cores = nil }},
		{"65 cores: want 1 to 64", func(c *Config) { c.Cores = make([]Core, 65) }},
		{"core 1: 8192 KiB of memory: want a multiple of 2048 KiB, at least 12288",
			func(c *Config) { c.Cores[1].Bytes = 8 << 20 }},
		{"core 0: 16385 KiB of memory: want a multiple", func(c *Config) {
			c.Cores[0].Bytes += 1 << 10
		}},
		{"want page tables of 16 pages at most", func(c *Config) { c.Cores[0].Bytes = 16 << 30 }},
		{"core 0: program 2: want one of 2", func(c *Config) { c.Cores[0].Program = 2 }},
		{"17 programs: want 16 at most", func(c *Config) { c.Programs = make([]Program, 17) }},
		{"513 files and folders: want 512 at most", func(c *Config) {
			c.Files = make([]File, 511)
		}},
		{`file "/../x": want an absolute path`, func(c *Config) { c.Files[0].Path = "/../x" }},
		{`/f": a name of 256 bytes: want 255 at most`, func(c *Config) {
			c.Files[0].Path = "/" + strings.Repeat("n", 256) + "/f"
		}},
		{"file /etc is there twice, or a folder too", func(c *Config) {
			c.Files = append(c.Files, File{Path: "/etc"})
		}},
		{"file /etc/hello is there twice", func(c *Config) {
			c.Files = append(c.Files, c.Files[0])
		}},
		{"file /tmp is there twice, or a folder", func(c *Config) { c.Files[0].Path = "/tmp" }},
		{"513 files and folders: want 512 at most", func(c *Config) {
			c.Files = []File{{Path: strings.Repeat("/d", 510) + "/f"}}
		}},
		{"file / is there twice, or a folder", func(c *Config) { c.Files[0].Path = "/" }},
		{"program one: empty file: want", func(c *Config) { c.Programs[0].ELF = nil }},
		{"program two: truncated: want", func(c *Config) {
			c.Programs[1].ELF = c.Programs[1].ELF[:0x1234]
		}},
		{"CPU driver: EOF: want an ELF file", func(c *Config) { c.Driver = nil }},
	} {
		config := fakeConfig(2, 16<<20)
		c.spoil(&config)
		if _, err := Build(config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: want %s", err, c.want)
		}
	}
}
