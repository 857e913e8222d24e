package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"skerry/kernel/layout"
)

// object reads a shared object as Go's runtime and C libraries do: from its dynamic section on,
// at the addresses found there.
type object struct {
	bytes   []byte
	dynamic map[elf.DynTag]uint64
}

func readObject(t *testing.T, file []byte) object {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	o := object{file, map[elf.DynTag]uint64{}}
	for _, p := range f.Progs {
		if p.Off != p.Vaddr {
			t.Errorf("%v at %#x, %#x in the file: want the same", p.Type, p.Vaddr, p.Off)
		}
		if p.Type == elf.PT_DYNAMIC {
			entries := make([]elf.Dyn64, p.Filesz/16)
			o.read(p.Vaddr, entries)
			for _, e := range entries {
				o.dynamic[elf.DynTag(e.Tag)] = e.Val
			}
		}
	}
	return o
}

func (o object) read(at uint64, value any) {
	if _, err := binary.Decode(o.bytes[at:], binary.LittleEndian, value); err != nil {
		panic(err)
	}
}

func (o object) text(name uint32) string {
	rest := o.bytes[o.dynamic[elf.DT_STRTAB]+uint64(name):]
	return string(rest[:bytes.IndexByte(rest, 0)])
}

// version returns the number of a version, or 0.
func (o object) version(name string) uint16 {
	for at := o.dynamic[elf.DT_VERDEF]; ; {
		var d struct {
			Revision, Flags, Index, Count uint16
			Hash, Name, Next              uint32
		}
		o.read(at, &d)
		var text uint32
		o.read(at+uint64(d.Name), &text)
		if d.Flags&verFlagBase == 0 && d.Hash == oldHash(name) && o.text(text) == name {
			return d.Index
		}
		if d.Next == 0 {
			return 0
		}
		at += uint64(d.Next)
	}
}

// find returns the address of a function of that version, or 0.
func (o object) find(name string, version uint16) uint64 {
	hash := o.dynamic[elf.DT_HASH]
	var counts struct{ Buckets, Chain uint32 }
	o.read(hash, &counts)
	next := hash + 8 + 4*uint64(oldHash(name)%counts.Buckets)
	for {
		var index uint32
		if o.read(next, &index); index == 0 {
			return 0
		}
		var s elf.Sym64
		o.read(o.dynamic[elf.DT_SYMTAB]+uint64(index)*elf.Sym64Size, &s)
		var v uint16
		o.read(o.dynamic[elf.DT_VERSYM]+2*uint64(index), &v)
		if o.text(s.Name) == name && v == version && s.Shndx != 0 &&
			elf.ST_TYPE(s.Info) == elf.STT_FUNC && elf.ST_BIND(s.Info) == elf.STB_GLOBAL {
			return s.Value
		}
		next = hash + 8 + 4*uint64(counts.Buckets+index)
	}
}

// The vDSO has the clock's function, by the hash table, with the version that Go's runtime asks
// for, and no other.
func TestFindClock(t *testing.T) {
	const goHash = 0x3ae75f6 // as Go's runtime has it, in vdso_linux_amd64.go
	if h := oldHash(clockVersion); h != goHash {
		t.Errorf("hash of %s: %#x: want %#x", clockVersion, h, goHash)
	}
	o := readObject(t, vdso())
	version := o.version(clockVersion)
	if version == 0 {
		t.Fatalf("no version %s: want it", clockVersion)
	}
	at, code := o.find(clockFunction, version), clockCode()
	if at == 0 || !bytes.Equal(o.bytes[at:][:len(code)], code) {
		t.Errorf("%s at %#x: want its code there", clockFunction, at)
	}
	if at := o.find("__vdso_getcpu", version); at != 0 {
		t.Errorf("__vdso_getcpu at %#x: want none", at)
	}
	if name := o.text(uint32(o.dynamic[elf.DT_SONAME])); name != vdsoName {
		t.Errorf("name %q: want %q", name, vdsoName)
	}
}

// clockRun is what a program sees that asks the vDSO for the time.
type clockRun struct {
	Before           uint64 // the time stamp counter
	Seconds, Nanos   uint64
	After            uint64
	Result, Reserved uint64
}

// askClock runs a program on Linux that has the two pages as an instance has them.
func askClock(t *testing.T, which uint32, start, scale, wall uint64) (run clockRun) {
	t.Helper()
	const text, data = layout.UserStart, layout.UserStart + layout.PageBytes
	stamp := func(c *code, at uint32) {
		c.op(0x0f, 0x31)                        // RDTSC
		c.op(0x48, 0xc1, 0xe2, 32)              // SHLQ $32, DX
		c.op(0x48, 0x09, 0xd0)                  // ORQ DX, AX
		c.op32(data+at, 0x48, 0x89, 0x04, 0x25) // MOVQ AX, data+at
	}
	c := &code{start: text}
	stamp(c, 0)
	c.op32(which, 0xbf)  // MOVL $which, DI
	c.op32(data+8, 0xbe) // MOVL $data+8, SI
	c.op64(layout.VDSO+readObject(t, vdso()).find(clockFunction, versionClock), 0x48, 0xb8)
	c.op(0xff, 0xd0)                        // MOVQ above, AX; CALL AX
	c.op32(data+32, 0x48, 0x89, 0x04, 0x25) // MOVQ AX, data+32
	c.op(0x0f, 0xae, 0xe8)                  // LFENCE
	stamp(c, 24)
	c.op32(1, 0xb8)    // MOVL $SYS_write, AX
	c.op32(1, 0xbf)    // MOVL $1, DI
	c.op32(data, 0xbe) // MOVL $data, SI
	c.op32(48, 0xba)   // MOVL $48, DX
	c.op(0x0f, 0x05)   // SYSCALL
	c.op32(60, 0xb8)   // MOVL $SYS_exit, AX
	c.op(0x31, 0xff)   // XORL DI, DI
	c.op(0x0f, 0x05)   // SYSCALL
	clock := &record{}
	clock.add([]uint64{start, scale, wall})
	file := elfFile([]segment{
		{text, elf.PF_R | elf.PF_X, c.bytes},
		{data, elf.PF_R | elf.PF_W, make([]byte, layout.PageBytes)},
		{layout.Clock, elf.PF_R, padded(clock.bytes, layout.PageBytes)},
		{layout.VDSO, elf.PF_R | elf.PF_X, vdso()},
	})
	binary.LittleEndian.PutUint64(file[24:], text) // the entry
	path := filepath.Join(t.TempDir(), "clock")
	if err := os.WriteFile(path, file, 0o755); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command(path).Output()
	if err != nil || len(output) != 48 {
		t.Fatalf("%v, % x: want 48 bytes", err, output)
	}
	if _, err := binary.Decode(output, binary.LittleEndian, &run); err != nil {
		t.Fatal(err)
	}
	return run
}

// The vDSO's clocks are the time stamp counter, scaled, since the machine's start or 1970.
func TestClock(t *testing.T) {
	const billion = 1_000_000_000
	for _, c := range []struct {
		which              uint32
		start, scale, wall uint64
	}{
		{1, 0, 1 << 32, 77}, {0, 0, 1 << 32, 77}, {1, 0, 1<<31 + 12345, 0}, {1, 1000, 1<<33 - 1, 0},
		{1, 0, 0, 77}, {0, 0, 0, 1_700_000_000_123_456_789},
		{1, ^uint64(0), 1 << 32, 77}, {0, ^uint64(0), 1 << 32, 5*billion - 1}, // before the start
	} {
		run := askClock(t, c.which, c.start, c.scale, c.wall)
		at := func(stamp uint64) uint64 {
			if stamp < c.start {
				stamp = c.start
			}
			high, low := bits.Mul64(stamp-c.start, c.scale)
			return high<<32 | low>>32 + c.wall*uint64(1-c.which)
		}
		got := run.Seconds*billion + run.Nanos
		if got < at(run.Before) || got > at(run.After) || run.Nanos >= billion || run.Result != 0 {
			t.Errorf("%+v: %+v: want %d to %d", c, run, at(run.Before), at(run.After))
		}
	}
}

// Other clocks are refused, as Linux refuses those that it does not know.
func TestOtherClocks(t *testing.T) {
	for _, which := range []uint32{2, 1000, 1<<32 - 1} {
		if run := askClock(t, which, 0, 1<<32, 0); int64(run.Result) != -22 {
			t.Errorf("clock %d: %d: want -22, EINVAL", which, int64(run.Result))
		}
	}
}
