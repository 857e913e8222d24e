package elf

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"testing"

	"skerry/kernel/layout"
)

const (
	flagExec  = 1
	flagWrite = 2
	flagRead  = 4

	text = 0x40_1000
	data = 0x40_3f00 // not at a page, as other linkers than Go's place it
)

// valid returns a program of two segments: two pages of code at file offset 0x1000, and 0x180 bytes
// of data at 0x3f00 with zeros up to 0x2000 bytes in memory.
func valid() []byte {
	file := make([]byte, 0x4080)
	le := binary.LittleEndian
	le.PutUint32(file, magic)
	file[4], file[5] = class64, littleEndian
	le.PutUint16(file[16:], typeExec)
	le.PutUint16(file[18:], machineX8664)
	le.PutUint64(file[24:], text+8)
	le.PutUint64(file[32:], headerBytes)
	le.PutUint16(file[54:], HeaderBytes)
	le.PutUint16(file[56:], 3)
	putHeader(file, 0, segmentLoad, flagRead|flagExec, 0x1000, text, 0x2000, 0x2000)
	putHeader(file, 1, 0x6474e551, flagRead, 0, 0, 0, 0) // PT_GNU_STACK
	putHeader(file, 2, segmentLoad, flagRead|flagWrite, 0x3f00, data, 0x180, 0x2000)
	return file
}

func putHeader(file []byte, i int, kind, flags uint32, offset, start, fileBytes, bytes uint64) {
	h, le := file[headerBytes+i*HeaderBytes:], binary.LittleEndian
	le.PutUint32(h, kind)
	le.PutUint32(h[4:], flags)
	for j, v := range []uint64{offset, start, start, fileBytes, bytes, layout.PageBytes} {
		le.PutUint64(h[8+8*j:], v)
	}
}

// A file that cannot be run is refused with the reason, whatever is wrong with it.
func TestRefusals(t *testing.T) {
	header := func(i int, kind uint32, offset, start, fileBytes, bytes uint64) func([]byte) []byte {
		return func(b []byte) []byte {
			putHeader(b, i, kind, flagRead, offset, start, fileBytes, bytes)
			return b
		}
	}
	put16 := func(at int, v uint16) func([]byte) []byte {
		return func(b []byte) []byte { binary.LittleEndian.PutUint16(b[at:], v); return b }
	}
	put64 := func(at int, v uint64) func([]byte) []byte {
		return func(b []byte) []byte { binary.LittleEndian.PutUint64(b[at:], v); return b }
	}
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:n] } }
	for _, c := range []struct {
		name   string
		change func([]byte) []byte
		want   Refusal
	}{
		{"valid", cut(0x4080), OK},
		{"empty", cut(0), Missing},
		{"half a header", cut(headerBytes - 1), Truncated},
		{"no segments", cut(headerBytes + 2), Truncated},
		{"a byte short", cut(0x407f), Truncated},
		{"a script", put16(0, 0x2123), NotELF},
		{"32 bits", func(b []byte) []byte { b[4] = 1; return b }, WrongMachine},
		{"arm64", put16(18, 183), WrongMachine},
		{"an object file", put16(16, 1), NotProgram},
		{"PIE", put16(16, typeDyn), PositionIndependent},
		{"dynamic", header(1, segmentInter, 0, 0, 0, 0), Dynamic},
		{"dynamic PIE", func(b []byte) []byte {
			return put16(16, typeDyn)(header(1, segmentInter, 0, 0, 0, 0)(b))
		}, Dynamic},
		{"no headers", put16(56, 0), BadHeaders},
		{"many headers", put16(56, headersMax+1), BadHeaders},
		{"headers of another size", put16(54, 32), BadHeaders},
		{"headers far away", put64(32, 1<<63), Truncated},
		{"headers at the end of numbers", put64(32, ^uint64(0)), Truncated},
		{"file of a segment overflows",
			header(2, segmentLoad, 0xf00, data, ^uint64(0)-0xeff, 1), Truncated},
		{"more file than memory", header(2, segmentLoad, 0x3f00, data, 0x180, 0x17f), BadSegment},
		{"odd offset", header(2, segmentLoad, 0x3e00, data, 0x180, 0x2000), BadSegment},
		{"in the driver", header(0, segmentLoad, 0x1000, 0x20_1000, 0x2000, 0x2000),
			BadAddress},
		{"above programs", header(2, segmentLoad, 0x3f00, layout.Temporary-0x100, 0x180, 0x2000),
			BadAddress},
		{"in the windows", header(2, segmentLoad, 0x3f00, layout.Windows+0xf00, 0x180, 0x2000),
			BadAddress},
		{"in the kernel's half", header(2, segmentLoad, 0, 0xffff_8000_0000_0000, 0, 1),
			BadAddress},
		{"memory overflows", header(2, segmentLoad, 0x3f00, data, 0x180, ^uint64(0)), BadAddress},
		{"shared page", header(2, segmentLoad, 0x3f00, text+0x1f00, 0x180, 0x2000), Overlap},
		{"downwards", header(2, segmentLoad, 0x3000, text-0x1000, 0x180, 0x1000), Overlap},
		{"entry in data", put64(24, data), BadEntry},
		{"entry nowhere", put64(24, 0), BadEntry},
	} {
		if got := Parse(c.change(valid()), new(Program)); got != c.want {
			t.Errorf("%s: %q: want %q", c.name, got, c.want)
		}
	}
}

// Segments are rounded to pages, and keep where their bytes come from.
func TestSegments(t *testing.T) {
	var p Program
	if r := Parse(valid(), &p); r != OK {
		t.Fatal(r)
	}
	want := Segment{Start: data &^ 0xfff, End: 0x40_6000, Offset: 0x3000, FileBytes: 0x1080,
		Prot: Read | Write}
	if p.Segments != 2 || p.Segment[1] != want || p.Entry != text+8 || p.Headers != 0 {
		t.Errorf("%+v: want second segment %+v, entry %#x", p, want, text+8)
	}
}

// A Go program that this toolchain has built is accepted, and read as debug/elf reads it.
func TestGoProgram(t *testing.T) {
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := elf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	want := OK
	for _, h := range theirs.Progs {
		if h.Type == elf.PT_INTERP {
			want = Dynamic // so is the race detector's
		}
	}
	var p Program
	if r := Parse(file, &p); r != want || r == OK && (p.Entry != theirs.Entry || p.Headers == 0) {
		t.Errorf("%q, entry %#x, headers at %#x: want %q, entry %#x, headers in memory",
			r, p.Entry, p.Headers, want, theirs.Entry)
	}
}

// Whatever the file holds, Parse returns, and what it accepts lies where an instance may have it
// and in the file.
func FuzzParse(f *testing.F) {
	f.Add(valid(), uint16(70), uint64(0))
	f.Fuzz(func(t *testing.T, tail []byte, at uint16, value uint64) {
		for _, file := range [][]byte{tail, append(valid(), tail...)} {
			if int(at) <= len(file)-8 {
				binary.LittleEndian.PutUint64(file[at:], value)
			}
			var p Program
			if Parse(file, &p) == OK {
				check(t, file, &p)
			}
		}
	})
}

func check(t *testing.T, file []byte, p *Program) {
	last, entered := uint64(layout.UserStart), false
	for _, s := range p.Segment[:p.Segments] {
		if s.Start < last || s.End <= s.Start || s.End > layout.Temporary {
			t.Errorf("segment %+v after %#x", s, last)
		}
		if s.Start%layout.PageBytes+s.End%layout.PageBytes+s.Offset%layout.PageBytes != 0 {
			t.Errorf("segment %+v: want whole pages", s)
		}
		if s.FileBytes > s.End-s.Start ||
			s.FileBytes > 0 && s.Offset+s.FileBytes > uint64(len(file)) {
			t.Errorf("segment %+v in a file of %#x bytes", s, len(file))
		}
		entered = entered || s.Prot&Execute != 0 && s.Start <= p.Entry && p.Entry < s.End
		last = s.End
	}
	if !entered {
		t.Errorf("entry %#x in no code of %+v", p.Entry, p)
	}
}
