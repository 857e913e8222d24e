package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"skerry/kernel/files"
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

// userAt returns bytes of a program's memory, as it is at the start.
func (m *memory) userAt(p *manifest.Program, address, size uint64) []byte {
	m.t.Helper()
	for _, s := range p.Segment[:p.Segments] {
		if offset := address - s.Start; s.Start <= address && offset+size <= s.FileBytes {
			return m.at(s.Source+offset, size)
		}
	}
	m.t.Fatalf("%d bytes at %#x: want them in a segment of the program", size, address)
	return nil
}

// A program's segments are in the image, at pages, once for all who share it.
func TestProgramImages(t *testing.T) {
	config := fakeConfig(2, 16<<20)
	made := mustBuild(t, config)
	var parsed programs.Program
	programs.Parse(config.Programs[0].ELF, &parsed)
	p := made.Manifest.Program
	if p[0].Segments != 2+programs.SharedMax || p[0].Segment != p[1].Segment ||
		p[0].Entry != parsed.Entry {
		t.Errorf("programs %+v and %+v: want the same six segments", p[0], p[1])
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

// Each program has the libOS, as patched, and can write to nothing of it but its data; what the
// driver needs to know of it is in the manifest.
func TestLibOSInPrograms(t *testing.T) {
	config, fake := fakeConfig(2, 16<<20), newFakeLibOS()
	made := mustBuild(t, config)
	loaded, p := load(t, made.Bytes), &made.Manifest.Program[1]
	for i, want := range []manifest.Segment{
		{Start: layout.Libos, End: layout.Libos + 0x3000, FileBytes: 0x3000, Prot: 1 | 4},
		{Start: layout.Libos + fakeConstants, End: layout.Libos + fakeConstants + 0x2000,
			FileBytes: 0x2000, Prot: 1},
		{Start: layout.Libos + fakeData, End: layout.Libos + fakeData + 0x6000,
			FileBytes: 0x1100, Prot: 1 | 2},
	} {
		s := p.Segment[2+i]
		if want.Source = s.Source; s != want || s.Source%layout.PageBytes != 0 {
			t.Errorf("segment %d is %+v: want %+v, at a page", i, s, want)
		}
	}
	l, err := readLibOS(config.LibOS)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Segment[2:5] {
		linked := l.memory[s.Start-layout.Libos:][:s.FileBytes]
		if !bytes.Equal(loaded.at(s.Source, s.FileBytes), linked) {
			t.Errorf("segment %+v has other bytes than the file, patched", s)
		}
	}
	want := manifest.Libos{
		Call: fake.at(callFunction), Upcall: fake.at(upcallFunction),
		Fault: fake.at(faultFunction), Tail: fake.at(tailFunction),
		TailEnd: fake.at(tailEndFunction), TextStart: layout.Libos, TextEnd: layout.Libos + 0x3000,
	}
	if got := made.Manifest.Libos; got != want {
		t.Errorf("%+v: want %+v", got, want)
	}
}

// Each program finds the files at layout.Files, with the folders that their paths imply, and
// cannot change them.
func TestFilesInPrograms(t *testing.T) {
	made := mustBuild(t, fakeConfig(2, 16<<20))
	loaded, p := load(t, made.Bytes), &made.Manifest.Program[0]
	text := func(at, size uint64) string {
		if size == 0 {
			return ""
		}
		return string(loaded.userAt(p, at, size))
	}
	var image files.Image
	_, err := binary.Decode(loaded.userAt(p, layout.Files, uint64(binary.Size(image))),
		binary.LittleEndian, &image)
	s := p.Segment[p.Segments-1]
	if err != nil || image.Files != 4 || s.Start != layout.Files || s.Prot != programs.Read ||
		s.FileBytes != s.End-s.Start {
		t.Errorf("%d files in %+v, %v: want 4, in whole pages, to read only", image.Files, s, err)
	}
	for i, want := range []struct {
		parent, mode uint64
		name, data   string
	}{
		{1, 0o040555, "", ""}, {1, 0o041777, "tmp", ""}, {1, 0o040555, "etc", ""},
		{3, 0o100644, "hello", "hello, core"},
	} {
		f := image.File[i]
		if f.Parent != want.parent || f.Mode != want.mode ||
			text(f.Name, f.NameBytes) != want.name || text(f.Data, f.Bytes) != want.data {
			t.Errorf("file %d is %+v: want %+v", i, f, want)
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
		{"libOS: EOF: want an ELF file", func(c *Config) { c.LibOS = nil }},
	} {
		config := fakeConfig(2, 16<<20)
		c.spoil(&config)
		if _, err := Build(config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: want %s", err, c.want)
		}
	}
}
