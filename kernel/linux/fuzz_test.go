package linux

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/files"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
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
	^uint64(4095), hole, hole - 1, hole - 4096, kernelAddress,
	layout.UserEnd, layout.UserEnd - 1, layout.UserEnd - 8, layout.UserStart - 8, imageAt,
	imageAt + 4092, imageEnd - 4, imageEnd,
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
	'b': {buffer, buffer, buffer + 8, buffer + 4092, buffer + 0x2000, imageAt, 0},
	'n': {8, 8, 24, 100, 4096, 5000, 1 << 16},
	'p': {pathAt},
	'o': {0, 1, 2, 0x42, 0x42, 0x241, 0x442, 0xc2, 0x800, 0x80800, 0x10000},
	'e': {1, 1, 2, 3},
	'k': {1, 10, 11, 17, 23, 23, 64},
	'c': {0x50f00, 0xd0f00, 0xd0f00},
	'z': {0}, '1': {1}, 't': {1, 2, 3}, 'x': {3, 4, 1030, 0}, '8': {8}, 'l': {0, 1, 5},
}

var shapes = map[uint64]string{
	0: "fbn", 1: "fbn", 3: "f", 5: "fb", 8: "fnt", 13: "kbb8", 14: "tbb8", 17: "fbnn", 18: "fbnn",
	38: "tbb",
	56: "cbbbb", 62: "1k", 63: "b", 72: "fxn", 77: "fn", 79: "bn", 99: "b",
	131: "bb", 204: "z8b", 217: "fbn", 233: "EeWb",
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
		p.ring()
		what = "ring"
	case b < 12:
		p.typed("input")
		what = "input"
	case b < 16:
		p.room = b * 1000
		p.resume(uint64(1) << (p.byte() % 40))
		what = "time"
	case b < 32:
		p.path(paths[p.byte()%uint64(len(paths))])
		what = "path"
	case b < 48:
		from := []uint64{0, 1, 5, 1000, imageAt, buffer, buffer + 4096, 0x1400_0004}
		if p.byte()%4 == 0 {
			from = values
		}
		store(buffer+p.byte()%4*8, from[p.byte()%uint64(len(from))])
		what = "store"
	case p.next():
		what = p.callAny()
	default:
		p.resume(second)
		p.p.Machine.Interrupt(1 + thread.ID(b%4)) // all wait: one of them too long
		what = "interrupt"
	}
	if p.resume(0); p.killed != 0 {
		return what, nil
	}
	return what, p.invariants()
}

// next has another thread make calls, and tells whether there is one that does not wait.
func (p *player) next() bool {
	first := p.byte()
	for i := range uint64(thread.ThreadsMax) {
		if th := p.threads[(first+i)%thread.ThreadsMax]; th != nil && !th.waits {
			p.th = th
			return true
		}
	}
	return false
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
	if f := &p.th.Frame; p.byte()%4 != 0 {
		f.IP, f.SP = imageAt, bufferEnd-8
	}
	result := p.call(number, args[:]...)
	return fmt.Sprintf("call %d %#x: %d", number, args, result)
}

// play makes calls until the bytes end, with new processes in place of those that end.
func play(r *rig, planted map[uint64]plant, data []byte) error {
	p := &player{r, data}
	p.begin(planted)
	for n := 0; len(p.data) > 0; n++ {
		if p.killed != 0 {
			p.begin(planted)
		}
		if what, err := p.step(); err != nil {
			return fmt.Errorf("step %d, %s: %w", n, what, err)
		}
	}
	return nil
}

// begin restarts with a process with two threads, and with an epoll of an eventfd and the bell, a
// file and a directory open.
func (r *rig) begin(planted map[uint64]plant) {
	r.planted = nil
	r.restart()
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
		if err := play(newRig(t), nil, data); err != nil {
			t.Error(err)
		}
	})
}

// Bugs that are planted in calls are found by the same sequences.
func TestPlantedBugsAreFound(t *testing.T) {
	r := newRig(t)
	for name, plant := range map[string]map[uint64]plant{
		"close forgets who was watched": {3: func(p *Process, a *drivercall.Area) int64 {
			if o := p.file(a.Frame.DI); o != nil {
				*o = open{}
			}
			return 0
		}},
		"write wakes nobody": {1: func(p *Process, a *drivercall.Area) int64 {
			if o := p.file(a.Frame.DI); o != nil && o.kind == event {
				o.offset++
				p.change(o)
				return 8
			}
			return 0
		}},
		"a wait keeps the lock": {0: func(p *Process, a *drivercall.Area) int64 {
			p.waiters++
			p.Machine.Wait(p.Machine.Events(), 0)
			p.waiters--
			return 0
		}},
		"a wait begins without a look": {0: func(p *Process, a *drivercall.Area) int64 {
			p.wait(a, p.Machine.Events(), 0)
			return 0
		}},
		"a signal does not end a wait": {234: func(p *Process, a *drivercall.Area) int64 {
			if to := a.Frame.SI; to-1 < thread.ThreadsMax {
				p.threads[to-1].Pending |= 1 << 22
			}
			return 0
		}},
		"a fault in the midst of a change": {233: func(p *Process, a *drivercall.Area) int64 {
			p.waiters++
			wanted := load[interest](a.Frame.R10)
			p.waiters--
			return int64(wanted.events)
		}},
	} {
		found := false
		for seed := uint64(0); seed < 300 && !found; seed++ {
			found = play(r, plant, random(seed, 2000)) != nil
		}
		if !found {
			t.Errorf("%s: not found", name)
		}
	}
}
