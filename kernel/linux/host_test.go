package linux

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
)

// sides is a process whose /tmp is compared with a directory of the machine that the test runs on:
// Linux is the model.
type sides struct {
	*player
	slots [6]struct{ host, tested int } // descriptors; 0 if closed
	root  struct{ host, tested int }
}

func newSides(t testing.TB, r *rig, data []byte, planted map[uint64]plant) *sides {
	s := &sides{player: &player{r, data}}
	s.restart()
	s.planted = planted
	fd, err := syscall.Open(t.TempDir(), syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.root.host = fd
	s.root.tested = int(s.onTested(syscall.SYS_OPENAT, atRoot, "/tmp", 0, 0))
	return s
}

func (s *sides) close() {
	for _, slot := range s.slots {
		if slot.host != 0 {
			syscall.Close(slot.host)
		}
	}
	syscall.Close(s.root.host)
}

// onTested makes a call of the process, with arguments as onHost takes them.
func (s *sides) onTested(number uint64, args ...any) int64 {
	var words [6]uint64
	var memory []byte
	path := uint64(pathAt)
	for i, a := range args {
		switch a := a.(type) {
		case int:
			words[i] = uint64(a)
		case string:
			s.putText(path, a+"\x00")
			words[i] = path
			path += 0x1000
		case []byte:
			memory = a
			s.putText(buffer, string(a))
			words[i] = buffer
		}
	}
	result := s.call(number, words[:]...)
	copy(memory, bytesAt(buffer, uint64(len(memory))))
	return result
}

var hostNames = []string{"a", "b", "c", "d", "a/b", "d/a", "d/b", "d/d", "./d/../b", "d/", "a/",
	"d//a", "d/./d", "", strings.Repeat("n", 255), strings.Repeat("n", 256)}

func (s *sides) name() string { return hostNames[s.byte()%uint64(len(hostNames))] }

func (s *sides) slot() int { return int(s.byte() % uint64(len(s.slots))) }

func (s *sides) size() int {
	sizes := []int{0, 1, 7, 100, 4095, 4096, 4097, 9000, 70_000}
	return sizes[s.byte()%uint64(len(sizes))]
}

// step makes the same call on both sides, and returns how results differ.
func (s *sides) step() error {
	slot, other := s.slot(), s.slot()
	base := s.root
	if s.slots[other].host != 0 && s.byte()%4 == 0 {
		base = s.slots[other]
	}
	fd := s.slots[slot]
	if fd.host == 0 {
		fd.host, fd.tested = -1, -1
	}
	switch s.byte() % 12 {
	case 0:
		return s.open(slot, base.host, base.tested)
	case 1:
		s.slots[slot].host, s.slots[slot].tested = 0, 0
		return s.same(syscall.SYS_CLOSE, fd.host, fd.tested)
	case 2:
		if s.isDirectory(fd.tested) {
			return nil // EISDIR or EINVAL, as the file system likes
		}
		return s.sameMemory(syscall.SYS_READ, fd.host, fd.tested, make([]byte, s.size()/2))
	case 3:
		return s.sameMemory(syscall.SYS_WRITE, fd.host, fd.tested, random(s.byte(), s.size()/2))
	case 4:
		return s.sameMemory(syscall.SYS_PREAD64, fd.host, fd.tested, make([]byte, s.size()/2),
			s.size())
	case 5:
		return s.sameMemory(syscall.SYS_PWRITE64, fd.host, fd.tested,
			random(s.byte(), s.size()/2), s.size())
	case 6:
		if s.isDirectory(fd.tested) {
			return nil // positions in directories are each file system's own
		}
		return s.same(syscall.SYS_LSEEK, fd.host, fd.tested, s.size()-100, int(s.byte()%3))
	case 7:
		return s.same(syscall.SYS_FTRUNCATE, fd.host, fd.tested, s.size())
	case 8:
		return s.mkdir(base.host, base.tested)
	case 9:
		return s.same(syscall.SYS_UNLINKAT, base.host, base.tested, s.name(),
			int(s.byte()%2*0x200))
	case 10:
		return s.rename(base.host, base.tested)
	}
	if err := s.stat(base.host, base.tested); err != nil {
		return err
	}
	return s.list(fd.host, fd.tested)
}

func (s *sides) isDirectory(fd int) bool {
	o := s.p.file(uint64(fd))
	return o != nil && s.p.Files.Directory(o.node)
}

func (s *sides) same(number uint64, host, tested int, args ...any) error {
	want := onHost(number, append([]any{host}, args...)...)
	got := s.onTested(number, append([]any{tested}, args...)...)
	if got != want {
		return fmt.Errorf("call %d %d %#v: %d: want %d", number, tested, args, got, want)
	}
	return nil
}

func (s *sides) sameMemory(number uint64, host, tested int, memory []byte, offset ...int) error {
	args := []any{bytes.Clone(memory), len(memory)}
	also := []any{memory, len(memory)}
	for _, o := range offset {
		args, also = append(args, o), append(also, o)
	}
	want := onHost(number, append([]any{host}, args...)...)
	got := s.onTested(number, append([]any{tested}, also...)...)
	if got != want || !bytes.Equal(memory, args[0].([]byte)) {
		return fmt.Errorf("call %d %d of %d bytes: %d: want %d, and the same bytes", number, tested,
			len(memory), got, want)
	}
	return nil
}

func (s *sides) open(slot, host, tested int) error {
	if s.slots[slot].host != 0 {
		return nil
	}
	flags := []int{0, 0, 2, 0x42, 0x42, 0x41, 0xc2, 0x241, 0x442, 0x201, 0x10000}
	path, flag := s.name(), flags[s.byte()%uint64(len(flags))]
	want := onHost(syscall.SYS_OPENAT, host, path, flag|syscall.O_CLOEXEC, 0o644)
	got := s.onTested(syscall.SYS_OPENAT, tested, path, flag|syscall.O_CLOEXEC, 0o644)
	if want >= 0 {
		s.slots[slot].host, s.slots[slot].tested = int(want), int(got)
	}
	bothRefuse := got < 0 && want < 0 && strings.HasSuffix(path, "/")
	if got != want && (got < 0 || want < 0) && !bothRefuse {
		return fmt.Errorf("open %q in %d, %#x: %d: want %d", path, tested, flag, got, want)
	}
	return nil
}

func (s *sides) mkdir(host, tested int) error {
	path := s.name()
	want := onHost(syscall.SYS_MKDIRAT, host, path, 0o755)
	got := s.onTested(syscall.SYS_MKDIRAT, tested, path, 0o755)
	if got != want && !(len(path) > 255 && got < 0 && want < 0) {
		return fmt.Errorf("mkdir %q in %d: %d: want %d", path, tested, got, want)
	}
	return nil
}

func (s *sides) rename(host, tested int) error {
	from, to := s.name(), s.name()
	want := onHost(syscall.SYS_RENAMEAT, host, from, s.root.host, to)
	got := s.onTested(syscall.SYS_RENAMEAT, tested, from, s.root.tested, to)
	if got != want && (got >= 0 || want >= 0) { // with two errors, which one is told first is free
		return fmt.Errorf("rename %q in %d to %q: %d: want %d", from, tested, to, got, want)
	}
	return nil
}

// stat compares type and rights, and sizes of files.
func (s *sides) stat(host, tested int) error {
	const modeAt, sizeAt = 24, 48
	want, got := make([]byte, 144), make([]byte, 144)
	path := s.name()
	e := onHost(syscall.SYS_NEWFSTATAT, host, path, want, 0)
	if g := s.onTested(syscall.SYS_NEWFSTATAT, tested, path, got, 0); g != e {
		return fmt.Errorf("stat %q in %d: %d: want %d", path, tested, g, e)
	}
	le := binary.LittleEndian
	w, g := le.Uint32(want[modeAt:]), le.Uint32(got[modeAt:])
	isFile := w&syscall.S_IFMT == syscall.S_IFREG
	if w != g || isFile && le.Uint64(want[sizeAt:]) != le.Uint64(got[sizeAt:]) {
		return fmt.Errorf("stat %q in %d: mode %o, size %d: want %o, %d", path, tested, g,
			le.Uint64(got[sizeAt:]), w, le.Uint64(want[sizeAt:]))
	}
	return nil
}

// list compares the entries of a directory.
func (s *sides) list(host, tested int) error {
	want, e := entries(func(b []byte) int64 {
		return onHost(syscall.SYS_GETDENTS64, host, b, len(b))
	})
	if e == 0 {
		onHost(syscall.SYS_LSEEK, host, 0, 0)
		s.onTested(syscall.SYS_LSEEK, tested, 0, 0)
		want, e = entries(func(b []byte) int64 {
			return onHost(syscall.SYS_GETDENTS64, host, b, len(b))
		})
	}
	got, f := entries(func(b []byte) int64 {
		return s.onTested(syscall.SYS_GETDENTS64, tested, b, len(b))
	})
	if e != f || !slices.Equal(got, want) {
		return fmt.Errorf("entries of %d: %q, %d: want %q, %d", tested, got, f, want, e)
	}
	return nil
}

// entries reads a directory to its end: names with their types.
func entries(read func([]byte) int64) (names []string, e int64) {
	for {
		b := make([]byte, 600)
		n := read(b)
		if n <= 0 {
			slices.Sort(names)
			if syscall.Errno(-n) == syscall.ENOENT { // a removed directory, which is empty
				n = 0
			}
			return names, n
		}
		for b = b[:n]; len(b) > 0; b = b[binary.LittleEndian.Uint16(b[16:]):] {
			name, _, _ := strings.Cut(string(b[19:]), "\x00")
			if name != "." && name != ".." {
				names = append(names, fmt.Sprint(b[18], " ", name))
			}
		}
	}
}

// removeAll removes what a directory of the process has.
func (s *sides) removeAll(dir int) {
	s.onTested(syscall.SYS_LSEEK, dir, 0, 0)
	names, _ := entries(func(b []byte) int64 {
		return s.onTested(syscall.SYS_GETDENTS64, dir, b, len(b))
	})
	for _, name := range names {
		_, name, _ = strings.Cut(name, " ")
		if s.onTested(syscall.SYS_UNLINKAT, dir, name, 0) == errno.EISDIR {
			fd := int(s.onTested(syscall.SYS_OPENAT, dir, name, 0, 0))
			s.removeAll(fd)
			s.onTested(syscall.SYS_CLOSE, fd)
			s.onTested(syscall.SYS_UNLINKAT, dir, name, 0x200)
		}
	}
}

// compareWithHost makes calls that bytes tell, and then removes all files.
func compareWithHost(t *testing.T, r *rig, data []byte, planted map[uint64]plant) error {
	s := newSides(t, r, data, planted)
	defer s.close()
	for n := 0; len(s.data) > 0; n++ {
		if err := s.step(); err != nil {
			return fmt.Errorf("step %d: %w", n, err)
		}
		if err := s.invariants(); err != nil {
			return fmt.Errorf("step %d: %w", n, err)
		}
	}
	for _, slot := range s.slots {
		s.onTested(syscall.SYS_CLOSE, slot.tested)
	}
	s.removeAll(s.root.tested)
	if used := s.p.Files.Used(); used != 0 {
		return fmt.Errorf("%d pages used when all files are gone: want none", used)
	}
	return nil
}

// Files in /tmp behave as Linux's do, call by call: results, errors, bytes, sizes, names.
func TestFilesAsOnLinux(t *testing.T) {
	r := newRig(t)
	for seed := range uint64(100) {
		if err := compareWithHost(t, r, random(seed, 2000), nil); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// Bugs that are planted in calls of files are found by the comparison.
func TestPlantedFileBugsAreFound(t *testing.T) {
	r := newRig(t)
	for name, plant := range map[string]map[uint64]plant{
		"open does not append": {257: func(p *Process, a *drivercall.Area) int64 {
			a.Frame.DX &^= appending
			return p.openat(a)
		}},
		"open truncates nothing": {257: func(p *Process, a *drivercall.Area) int64 {
			a.Frame.DX &^= openTruncate
			return p.openat(a)
		}},
		"pread moves": {17: func(p *Process, a *drivercall.Area) int64 {
			o := p.file(a.Frame.DI)
			if o == nil {
				return errno.EBADF
			}
			o.offset++
			return p.pread(a, o)
		}},
		"ftruncate leaves a byte": {77: func(p *Process, a *drivercall.Area) int64 {
			o := p.file(a.Frame.DI)
			if o == nil {
				return errno.EBADF
			}
			a.Frame.SI++
			return p.ftruncate(a, o)
		}},
		"rename does nothing": {264: func(*Process, *drivercall.Area) int64 { return 0 }},
		"a directory can be unlinked": {263: func(p *Process, a *drivercall.Area) int64 {
			if p.unlinkat(a) == errno.EISDIR {
				a.Frame.DX = 0x200
			}
			return p.unlinkat(a)
		}},
		"a removed file stays": {3: func(p *Process, a *drivercall.Area) int64 {
			o := p.file(a.Frame.DI)
			if o == nil {
				return errno.EBADF
			}
			p.Files.Hold(o.node)
			return p.close(a, o)
		}},
		"a write is lost": {18: func(p *Process, a *drivercall.Area) int64 {
			if p.file(a.Frame.DI) == nil {
				return errno.EBADF
			}
			return int64(a.Frame.DX)
		}},
	} {
		found := false
		for seed := uint64(0); seed < 50 && !found; seed++ {
			found = compareWithHost(t, r, random(seed, 2000), plant) != nil
		}
		if !found {
			t.Errorf("%s: not found", name)
		}
	}
}
