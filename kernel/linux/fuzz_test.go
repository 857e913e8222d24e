package linux

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/files"
	"skerry/kernel/layout"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// player makes calls that bytes tell it to make.
type player struct {
	*rig
	data []byte
}

func (p *player) byte() uint64 {
	if len(p.data) == 0 {
		return 0
	}
	b := p.data[0]
	p.data = p.data[1:]
	return uint64(b)
}

// numbers is what a call's number is drawn from, besides those that are served.
var strangeNumbers = []uint64{none, 1 << 63, 511, 512, 41, uint64(len(handlers)), hole,
	drivercall.First - 1, drivercall.First, drivercall.Last, drivercall.Last + 1}

// values is what arguments are drawn from: numbers at the edges, flags, descriptors, places.
var values = []uint64{
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 23, 64, 65, 128, 129, 255, 256, 1030, 4095, 4096,
	1 << 16, 1 << 20, 1 << 30, 1 << 31, 1<<32 - 1, 1 << 32, 1 << 40, 1<<62 - 1, 1 << 63, none,
	^uint64(4095), hole, hole - 1, hole - 4096, kernelAddress, layout.DirectMap + 0x4_0000,
	layout.UserEnd, layout.UserEnd - 1, layout.UserEnd - 8, layout.UserStart, layout.Driver,
	layout.UserStart - 8, layout.Clock, layout.Clock - 4096, layout.Clock + 4096, layout.Pulse,
	layout.Windows, layout.Windows + 4096, layout.StackTop - 4096, layout.StackTop - 4,
	layout.MapStart, layout.MapStart + 4096, text, text + 4092, text + 0x1000, text + 0x3ffc,
	buffer, buffer + 1, buffer + 4, buffer + 8, buffer + 4092, buffer + 4096, bufferEnd - 1,
	bufferEnd - 4, bufferEnd - 8, bufferEnd - 4096, bufferEnd, bufferEnd + 4096, 0x6000_0000,
	atRoot, 0x22, 0x32, 0x80800, 0x10000, 0x241, 0x441, 0x242, 0xc1, 0x200, pathAt, pathAt, pathAt,
	0x50f00, 0xd0f00, 0x3d0f00, 0x8000_0001, 0x7fff_ffff, 1000, 1_000_000,
}

// likely has, for arguments of a kind, values with which calls get far, and shapes which kinds the
// arguments of a call are of.
var likely = map[byte][]uint64{
	'f': {0, 1, 2, 3, 4, 5, 6, 7, 8, 100},
	'E': {3}, 'W': {4, 5},
	'd': {atRoot, atRoot, atRoot, 3, 4, 5, 6},
	'b': {buffer, buffer, buffer + 8, buffer + 4092, buffer + 0x2000, text + 0x1000, 0},
	'n': {8, 8, 24, 100, 4096, 5000, 1 << 16},
	'p': {pathAt},
	'm': {buffer, layout.MapStart, layout.MapStart + 4096, text, text + 0x1000, 0xc0_0000_0000,
		layout.Clock, layout.Windows},
	's': {4096, 8192, 1 << 16, 1 << 20},
	'r': {0, 1, 3, 3, 3, 5, 7},
	'a': {0x22, 0x22, 0x32},
	'o': {0, 1, 2, 0x42, 0x42, 0x241, 0x442, 0xc2, 0x800, 0x80800, 0x10000},
	'v': {4, 8, 14},
	'w': {0, 1, 128, 129, 128, 129, 137},
	'e': {1, 1, 2, 3},
	'k': {1, 10, 11, 17, 23, 23, 64},
	'c': {0x50f00, 0xd0f00, 0xd0f00},
	'z': {0}, '1': {1}, 't': {1, 2, 3}, 'x': {3, 4, 1030, 0}, '8': {8}, 'l': {0, 1, 5},
}

var shapes = map[uint64]string{
	0: "fbn", 1: "fbn", 3: "f", 5: "fb", 8: "fnt", 9: "msra", 10: "msr", 11: "ms", 13: "kbb8",
	14: "tbb8", 17: "fbnn", 18: "fbnn", 28: "msv", 35: "b", 56: "cbbbb",
	62: "1k", 63: "b", 72: "fxn", 77: "fn", 79: "bn", 99: "b", 131: "bb", 158: "xb",
	202: "bwzz", 204: "z8b", 217: "fbn", 233: "EeWb",
	234: "1tk", 257: "dpon", 258: "dpn", 262: "dpbz", 263: "dpz", 264: "dpdp", 267: "dpbn",
	281: "Ebnl", 290: "zz", 291: "z", 302: "ztzb", 318: "bn",
}

var paths = []string{
	"", "/", ".", "..", "/a", "/a/", "/a/b", "/d", "/d/e/c", "d/../d/./e//c", "/tmp", "/tmp/",
	"/tmp/x", "/tmp/x/", "/tmp/y", "/tmp/x/z", "/tmp/x/..", "x", "y", "x/z", drivercall.Bell,
	"/dev/null", "/dev/urandom", "/proc/self/exe", "/tmp/" + longName, "/tmp/" + longName + "n",
}

// longName is as long as a name may be.
var longName = strings.Repeat("n", files.NameMax)

func (p *player) number() uint64 {
	b := p.byte() | p.byte()<<8
	if b%16 == 0 {
		return strangeNumbers[p.byte()%uint64(len(strangeNumbers))]
	}
	n := served[b/16%uint64(len(served))]
	if n == 60 || n == 231 { // exit and exit_group end it too soon
		n = served[p.byte()%uint64(len(served))]
	}
	return n
}

// served has the numbers of all calls that are served.
var served = func() (numbers []uint64) {
	for n := range uint64(len(handlers)) {
		if isServed(n) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}()

// step makes one call, or lets something else happen.
func (p *player) step() (string, error) {
	what := ""
	switch b := p.byte(); {
	case b < 8:
		p.p.Ring()
		what = "ring"
	case b < 12:
		p.input = append(p.input, "input"...)
		p.p.Input()
		what = "input"
	case b < 16:
		p.room = b * 1000
		p.resume(uint64(1) << (p.byte() % 40))
		what = "time"
	case b < 32:
		p.p.Space.CopyOut(pathAt, append([]byte(paths[p.byte()%uint64(len(paths))]), 0))
		what = "path"
	case b < 48:
		from := []uint64{0, 1, 5, 1000, text, text, buffer, buffer + 4096, 0x1400_0004}
		if p.byte()%4 == 0 {
			from = values
		}
		at := likely['b'][p.byte()%uint64(len(likely['b']))] + p.byte()%4*8
		vm.Store(&p.p.Space, at, from[p.byte()%uint64(len(from))])
		what = "store"
	case p.p.Threads.Current() != nil:
		what = p.callAny()
	}
	switch b := p.byte(); {
	case p.p.Threads.Current() != nil:
		p.p.Resume()
	case !p.resume(b%2*second) && b > 192: // all wait: one of them too long
		if th := p.p.Threads.Get(thread.ID(1 + b%4)); th != nil {
			p.p.Threads.Wake(th, errno.EINTR)
		}
	}
	if p.exited || p.killed != 0 {
		return what, nil
	}
	return what, p.invariants()
}

func (p *player) callAny() string {
	number := p.number()
	var args [6]uint64
	for i := range args {
		from := values
		if shape := shapes[number]; i < len(shape) && p.byte()%8 != 0 {
			from = likely[shape[i]]
		}
		args[i] = from[p.byte()%uint64(len(from))]
	}
	p.p.Threads.Current().Frame.IP = text
	result := p.call(number, args[:]...)
	return fmt.Sprintf("call %d %#x: %d", number, args, result)
}

// play makes calls until the bytes end, with new processes in place of those that end.
func play(t testing.TB, planted map[uint64]plant, data []byte) error {
	p := &player{begun(t, planted), data}
	for n := 0; len(p.data) > 0; n++ {
		if p.exited || p.killed != 0 {
			p.rig = begun(t, planted)
		}
		if what, err := p.step(); err != nil {
			return fmt.Errorf("step %d, %s: %w", n, what, err)
		}
	}
	return nil
}

// begun returns a process with two threads, and with an epoll of an eventfd and the bell, a file
// and a directory open.
func begun(t testing.TB, planted map[uint64]plant) *rig {
	r := newRig(t)
	r.want(3, 291, 0)
	r.want(4, 290, 0, 0x800)
	r.want(5, 257, atRoot, r.path(drivercall.Bell), 0x800)
	r.want(6, 257, atRoot, r.path("/tmp/x"), 0x42)
	r.want(7, 257, atRoot, r.path("/tmp"), 0)
	r.putEvent(pollIn, 4)
	r.want(0, 233, 3, pollAdd, 4, event1)
	r.putEvent(pollIn|pollEdge, 5)
	r.want(0, 233, 3, pollAdd, 5, event1)
	r.want(2, 56, 0xd0f00, bufferEnd, 0, 0, buffer)
	r.planted = planted
	return r
}

func random(seed uint64, size int) []byte {
	b := make([]byte, size)
	source := rand.New(rand.NewPCG(seed, 3))
	for i := range b {
		b[i] = byte(source.Uint32())
	}
	return b
}

// No sequence of calls, whatever their arguments, panics, or leaves the process in a state that
// cannot be.
func FuzzCalls(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(random(seed, 2000))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := play(t, nil, data); err != nil {
			t.Error(err)
		}
	})
}

// Bugs that are planted in calls are found by the same sequences.
func TestPlantedBugsAreFound(t *testing.T) {
	for name, plant := range map[string]map[uint64]plant{
		"close forgets who was watched": {3: func(p *Process, th *thread.Thread) int64 {
			if o := p.file(th.Frame.DI); o != nil {
				*o = open{}
			}
			return 0
		}},
		"mprotect changes what the driver keeps": {10: func(p *Process, th *thread.Thread) int64 {
			return p.Space.Protect(th.Frame.DI, th.Frame.SI, 3)
		}},
		"write wakes nobody": {1: func(p *Process, th *thread.Thread) int64 {
			if o := p.file(th.Frame.DI); o != nil && o.kind == event {
				o.offset++
				p.changed[o.fd/64] |= 1 << (o.fd % 64)
				return 8
			}
			return 0
		}},
		"arch_prctl takes any FS base": {158: func(p *Process, th *thread.Thread) int64 {
			th.FSBase = th.Frame.SI
			return 0
		}},
		"a lost frame": {28: func(p *Process, th *thread.Thread) int64 {
			p.Space.Tables.Frames.Take()
			return 0
		}},
		"sigreturn believes the frame": {15: func(p *Process, th *thread.Thread) int64 {
			flags, _ := vm.Load[uint64](&p.Space, th.Frame.SP)
			th.Frame.Flags = flags
			return 0
		}},
		"kill ends nothing": {62: func(p *Process, th *thread.Thread) int64 {
			th.Frame.CS = signalSelector(th.Frame.SI)
			return 0
		}},
	} {
		found := false
		for seed := uint64(0); seed < 300 && !found; seed++ {
			found = play(t, plant, random(seed, 2000)) != nil
		}
		if !found {
			t.Errorf("%s: not found", name)
		}
	}
}

func signalSelector(n uint64) uint64 {
	if signal.Number(n).Valid() {
		return layout.SelectorCode
	}
	return layout.SelectorUserCode
}
