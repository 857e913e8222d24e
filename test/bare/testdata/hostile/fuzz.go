package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"

	"skerry/kernel/drivercall"
	"skerry/kernel/layout"
)

// fuzzer makes system calls that a seed chooses, and keeps itself able to: it does not unmap what
// it runs on, and puts right what its signals, thread and descriptors need.
type fuzzer struct {
	random  uint64
	own     []span // of memory, in order: not to be changed
	action  *[4]uint64
	stack   *[3]uint64
	fs      uint64
	calls   uint64
	results [3]uint64 // refused, done, ended by a signal
}

type span struct{ start, end uint64 }

const (
	playground      = 0x5000_0000_0000
	callCode        = sandboxCode
	cloneCode       = sandboxCode + 16
	exitCode        = cloneCode + 8 // where a new thread ends
	descriptorFirst = 6             // those below are Go's and the bell
)

func newFuzzer(seed uint64) *fuzzer {
	f := &fuzzer{random: seed*2 + 1, action: catching(),
		stack: &[3]uint64{altStack, 0, sandboxSize}}
	prepare(true)
	for _, at := range []uint64{sandboxData, altStack, layout.StackTop - layout.StackSize} {
		for i := uint64(0); i < 1<<20; i += layout.PageBytes { // in use before and after
			call(unix.SYS_RT_SIGPROCMASK, 0, at+i, 0, 8)
			call(unix.SYS_RT_SIGPROCMASK, 2, address(&noSignals), 0, 8)
		}
	}
	copy(memory(callCode, 16), "\x0f\x05\xc3")
	// A new thread ends: SYSCALL; TESTQ AX, AX; JE 1(PC); RET; MOVL $60, AX; XORL DI, DI; SYSCALL
	copy(memory(cloneCode, 32), "\x0f\x05\x48\x85\xc0\x74\x01\xc3\xb8\x3c\x00\x00\x00\x31\xff\x0f\x05")
	a := attack{code: callOn}
	copy(memory(returnCode, 16), a.bytes())
	must(unix.SYS_MPROTECT, sandboxCode, 4096, unix.PROT_READ|unix.PROT_EXEC)
	for n := uint64(1); n <= 64; n++ {
		call(unix.SYS_RT_SIGACTION, n, address(f.action), 0, 8)
	}
	heap := address(f) &^ (1<<26 - 1)
	free := must(unix.SYS_MMAP, 0, 1<<36, 0, unix.MAP_ANON|unix.MAP_PRIVATE)
	must(unix.SYS_MUNMAP, free, 1<<36)
	f.own = []span{{layout.UserStart, 1 << 26}, {sandboxCode, sandboxCode + 1<<24},
		{heap, heap + 1<<27}, {layout.MapStart, free},
		{layout.StackTop - layout.StackSize, layout.StackTop},
		{layout.Temporary, layout.Windows + layout.CoresMax*layout.BlockBytes},
		{layout.Clock, layout.Pulse + layout.PageBytes}, {layout.UserEnd, layout.UserEnd}}
	slices.SortFunc(f.own, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	must(unix.SYS_ARCH_PRCTL, 0x1003, address(&f.fs))
	for fd := range uint64(3) { // so that nothing is written to the console
		call(unix.SYS_CLOSE, fd)
	}
	tickerTime = [2]uint64{0, 200_000}
	startTicker()
	return f
}

func (f *fuzzer) next() uint64 {
	f.random ^= f.random << 13
	f.random ^= f.random >> 7
	f.random ^= f.random << 17
	return f.random >> 3
}

func (f *fuzzer) of(list []uint64) uint64 { return list[f.next()%uint64(len(list))] }

// registersAt is where the registers of the machine's device are, once it is claimed.
const registersAt = layout.Devices + layout.BlockBytes

// values is what arguments are drawn from.
var values = []uint64{
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 23, 64, 65, 128, 129, 255, 256, 1030, 4095, 4096,
	1 << 16, 1 << 20, 1 << 31, 1<<32 - 1, 1 << 32, 1 << 40, 1<<62 - 1, 1 << 63, 1<<64 - 1,
	1<<64 - 4096, 1 << 47, 1<<47 - 1, 1<<47 - 4096, 0xffff_7fff_ffff_ffff, layout.DirectMap,
	layout.DirectMap + layout.Driver, layout.Driver, layout.Driver + 0x1000, layout.UserEnd,
	layout.UserEnd - 1, layout.UserEnd - 8, layout.UserStart - 8, layout.Clock, layout.Clock - 4096,
	layout.Pulse + 4096, layout.Pulse + 8, layout.Stub, layout.VDSO, layout.Files,
	layout.Temporary, layout.Areas + layout.AreaBytes*layout.CoresMax - 8, layout.Windows + 0x10_0000,
	layout.Windows + layout.BlockBytes, layout.StackTop, playground, playground + 4095,
	playground + 4096, playground + 8192, playground + 1<<20, sandboxData, sandboxData + 1,
	sandboxData + 4, sandboxData + 8, sandboxData + 4092, sandboxData + 4096, sandboxData + 0x8000,
	sandboxData + sandboxSize - 8, altStack, 1<<64 - 100, 0x22, 0x32, 0x80800, 0x10000, 0x241, 0x442,
	layout.Devices, layout.Devices + 8, registersAt, registersAt + 4, registersAt + 0x100,
	0x50f00, 0x3d0f00, 0x8000_0001, 1000, 1_000_000, 999_999_999,
}

// likely has, for kinds of arguments, values with which calls get far, and shapes which kinds the
// arguments of a call are of.
var likely = map[byte][]uint64{
	'f': {8, 9, 10, 11, 12, 13, 14, 20, 100},
	'd': {1<<64 - 100, 1<<64 - 100, 9, 10},
	'b': {sandboxData, sandboxData + 8, sandboxData + 4092, sandboxData + 0x2000, playground, 0,
		layout.Devices, registersAt},
	'n': {8, 24, 100, 4096, 5000, 1 << 16},
	'p': {pathsAt, pathsAt + 64, pathsAt + 128, pathsAt + 192, pathsAt + 256, pathsAt + 320},
	'm': {playground, playground, playground + 4096, playground + 1<<20, 0, layout.Clock,
		layout.Windows, layout.Stub},
	's': {4096, 8192, 1 << 16, 1 << 20}, 'r': {0, 1, 3, 3, 5, 7}, 'a': {0x22, 0x32},
	'o': {0, 1, 2, 0x42, 0x42, 0x241, 0x442, 0xc2, 0x800, 0x10000}, 'v': {4, 8, 14},
	'w': {0, 1, 128, 129, 137}, 'e': {1, 1, 2, 3}, 'k': {1, 10, 12, 17, 23, 64},
	'c': {0x50f00, 0x3d0f00, 0xd0f00}, 'z': {0}, '1': {1}, 't': {1, 2, 3}, 'x': {0, 3, 4, 1030},
	'u': {0, 8, 1 << 47, 1<<47 - 8, layout.DirectMap, layout.UserEnd - 8, layout.Driver, 1<<64 - 8},
	'8': {8}, 'l': {0, 1, 5}, 'S': {sandboxData + 0x4000}, 'C': {0, 1, 2, 3},
	'F': {frameAt},
}

const pathsAt = sandboxData + 0xf_0000 // each has 64 bytes

var paths = []string{"/tmp/x", "/tmp/d", "/tmp/d/y", drivercall.Bell, "/", "/tmp/" +
	"0123456789012345678901234567890123456789012345678"}

var shapes = map[uint64]string{
	0: "fbn", 1: "fbn", 3: "f", 5: "fb", 8: "fnt", 9: "msra", 10: "msr", 11: "ms", 13: "kbb8",
	14: "tbb8", 15: "", 16: "f", 17: "fbnn", 18: "fbnn", 24: "", 28: "msv", 32: "f", 35: "b", 38: "tbb", 39: "",
	56: "cSbbb", 62: "1k", 63: "b", 72: "fxn", 74: "f", 77: "fn", 79: "bn", 99: "b", 102: "", 131: "bb",
	157: "", 158: "xb", 186: "", 202: "bwzz", 204: "z8b", 217: "fbn", 218: "b", 228: "lb", 230: "lzb",
	231: "z", 233: "fefb", 234: "1tk", 257: "dpon", 258: "dpn", 262: "dpbz", 263: "dpz", 264: "dpdp",
	267: "dpbn", 269: "dpt", 281: "fbnl", 290: "zz", 291: "z", 302: "ztzb", 318: "bn", 439: "dpt",
	drivercall.Info: "b", drivercall.Kick: "C", drivercall.Start: "C", drivercall.Stop: "C",
	drivercall.Notice: "b", drivercall.Epitaph: "Cb", drivercall.Status: "Cb", drivercall.Trace: "Cb",
	drivercall.Device: "Cb", drivercall.Claim: "C", drivercall.Spawn: "Fz", drivercall.Return: "F",
	drivercall.Interrupt: "t", drivercall.Kill: "kF", drivercall.Read: "bn", drivercall.Random: "bn",
	drivercall.Memory: "b", drivercall.Sample: "n", drivercall.Unknown: "nn",
	drivercall.Provoke: "Cn", drivercall.Console: "", drivercall.Last + 1: "", drivercall.First - 1: "",
}

var numbers = func() (list []uint64) {
	for n := range shapes {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}()

// blocking calls wait for the ticker, so they are rarer than others.
var blocking = []uint64{0, 35, 202, 230, 281}

// step makes one call.
func (f *fuzzer) step() {
	number := f.of(numbers)
	switch choice := f.next(); {
	case choice%16 == 0:
		number = f.next() % 520
	case choice%256 == 1:
		number = f.of(values)
	}
	shape := shapes[number]
	var a [6]uint64
	for i := range a {
		from := values
		if i < len(shape) && f.next()%8 != 0 {
			from = likely[shape[i]]
		}
		a[i] = f.of(from)
		if f.next()%64 == 0 {
			a[i] = f.next() << 3
		}
	}
	if !f.allowed(number, &a) {
		return
	}
	f.make(number, a)
	f.calls++
}

// allowed tells whether a call leaves the fuzzer able to go on; it may change arguments to that end.
// Few that do not are let through.
func (f *fuzzer) allowed(number uint64, a *[6]uint64) bool {
	if slices.Contains(blocking, number) && f.next()%64 != 0 {
		return false
	}
	if i := slices.Index([]uint64{318, 0, 1, 17, 18, 217}, number); i >= 0 && f.next()%256 != 0 {
		a[min(i, 1)+1] %= 8192 // more takes long
	}
	rare := f.next()%50_000 == 0
	switch number {
	case 9:
		return rare || a[3]&unix.MAP_FIXED == 0 || !f.touchesOwn(a[0], a[1])
	case 10, 11, 28:
		return rare || !f.touchesOwn(a[0], a[1])
	case 60, unix.SYS_EXIT_GROUP, drivercall.Die, drivercall.Kill:
		return rare && number != 60
	case drivercall.PowerOff, drivercall.Write: // which prints
		return false
	case unix.SYS_CLONE:
		if !rare { // a stack on which the new thread can take signals until it ends
			a[1] = likely['S'][0]
		}
	case drivercall.Spawn:
		if !rare { // a frame with a stack, as above
			a[0] = frameAt
		}
	case 62, 234:
		n := uint32(a[1])
		if number == 234 {
			n = uint32(a[2])
		}
		return rare || !slices.Contains([]uint32{4, 5, 7, 8, 9, 11, 19}, n)
	case drivercall.Start, drivercall.Stop, drivercall.Provoke:
		return a[0] > 2
	}
	for _, i := range []int{0, 2} {
		if s := shapes[number]; i < len(s) && s[i] == 'f' && uint32(a[i]) < descriptorFirst {
			a[i] += descriptorFirst
		}
	}
	return true
}

func (f *fuzzer) touchesOwn(start, size uint64) bool {
	end := start + size
	if end < start {
		return false // refused
	}
	return slices.ContainsFunc(f.own, func(s span) bool { return start < s.end && end+4095 > s.start })
}

// make makes a call and puts right what it may have changed.
func (f *fuzzer) make(number uint64, a [6]uint64) {
	r := registers{AX: number, DI: a[0], SI: a[1], DX: a[2], R10: a[3], R8: a[4], R9: a[5]}
	fsBase = 0
	code := uint64(callCode)
	switch number {
	case unix.SYS_CLONE:
		code = cloneCode
	case unix.SYS_ARCH_PRCTL:
		fsBase = f.fs
	case unix.SYS_RT_SIGRETURN:
		code, r.BX = returnCode, f.makeFrame()
	case drivercall.Return:
		f.makeDriverFrame(f.of(values))
	case drivercall.Spawn:
		f.makeDriverFrame(exitCode)
	}
	try(code, &r)
	switch {
	case caught.Signal != 0:
		f.results[2]++
	case int64(r.AX) < 0 && int64(r.AX) > -4096:
		f.results[0]++
	default:
		f.results[1]++
	}
	f.putRight(number, a)
}

// makeFrame returns where there is a frame of a signal, with whatever in it, but that it mostly lets
// the thread take the next one.
func (f *fuzzer) makeFrame() uint64 {
	const words, mask = 39, 296
	for i := range uint64(words) {
		binary.LittleEndian.PutUint64(memory(frameAt+8*i, 8), f.of(values)+f.next()%2*f.next())
	}
	if f.next()%20_000 != 0 {
		binary.LittleEndian.PutUint64(memory(frameAt+mask, 8), f.next()&^0xffff)
		binary.LittleEndian.PutUint64(memory(frameAt+24, 8), 4) // no flag of a signal stack
	}
	if f.next()%4 != 0 {
		binary.LittleEndian.PutUint64(memory(frameAt+frameFPU, 8), stateAt+f.next()%64)
	}
	switch n := f.next() % 20_000; {
	case n == 0:
		return f.of(values)
	case n < 500:
		return f.of(likely['u'])
	}
	return frameAt
}

// makeDriverFrame writes a frame as the driver takes it, with whatever in it, but mostly with an
// instruction and a stack.
func (f *fuzzer) makeDriverFrame(ip uint64) {
	const words, ipAt, spAt = 22, 17, 20
	for i := range uint64(words) {
		binary.LittleEndian.PutUint64(memory(frameAt+8*i, 8), f.of(values)+f.next()%2*f.next())
	}
	if f.next()%50_000 != 0 {
		binary.LittleEndian.PutUint64(memory(frameAt+8*ipAt, 8), ip)
		binary.LittleEndian.PutUint64(memory(frameAt+8*spAt, 8), likely['S'][0])
	}
}

const returnCode = sandboxCode + 64 // callOn

func (f *fuzzer) putRight(number uint64, a [6]uint64) {
	switch number {
	case 13:
		call(unix.SYS_RT_SIGACTION, uint64(uint32(a[0])), address(f.action), 0, 8)
		call(unix.SYS_RT_SIGACTION, a[0], address(f.action), 0, 8)
	case 14:
		call(unix.SYS_RT_SIGPROCMASK, 2, address(&noSignals), 0, 8)
	case 15, 131: // with a stack pointer that is on no signal stack, or it would be refused
		try(returnCode, &registers{AX: unix.SYS_SIGALTSTACK, DI: address(f.stack)})
	}
}

var noSignals uint64

// tidyUp gives back what calls have taken.
func (f *fuzzer) tidyUp() {
	start := uint64(layout.UserStart)
	for _, s := range f.own {
		if start < s.start {
			call(unix.SYS_MUNMAP, start, s.start-start)
		}
		start = s.end
	}
	for fd := uint64(0); fd < 256; fd++ {
		if fd < 3 || fd >= descriptorFirst {
			call(unix.SYS_CLOSE, fd)
		}
	}
	data := memory(sandboxData, sandboxSize)
	for range 512 { // what calls read
		binary.LittleEndian.PutUint64(data[f.next()%0x9000:], f.of(values))
	}
	for i, p := range paths {
		at := data[pathsAt-sandboxData+i*64:]
		copy(at, p)
		at[len(p)] = 0
	}
	empty("/tmp", 0)
	const anonymous = unix.MAP_ANON | unix.MAP_PRIVATE | unix.MAP_FIXED
	call(unix.SYS_MMAP, playground, 1<<20, 3, anonymous)
}

var listing [8][4096]byte // of directories, by their depth

// empty removes what is in a directory.
func empty(path string, depth int) {
	const directory, here = 0x200, 1<<64 - 100
	name := append([]byte(path), 0)
	fd := call(unix.SYS_OPENAT, here, address(&name[0]), 0)
	if fd < 0 {
		return
	}
	entries := listing[depth][:]
	size := max(call(unix.SYS_GETDENTS64, uint64(fd), address(&entries[0]), 4096), 0)
	for at := int64(0); at < size; at += int64(binary.LittleEndian.Uint16(entries[at+16:])) {
		text, _, _ := bytes.Cut(entries[at+19:], []byte{0})
		if text := string(text); text != "." && text != ".." {
			below := append([]byte(path+"/"+text), 0)
			if call(unix.SYS_UNLINKAT, here, address(&below[0]), 0) < 0 {
				empty(path+"/"+text, min(depth+1, len(listing)-1))
				call(unix.SYS_UNLINKAT, here, address(&below[0]), directory)
			}
		}
	}
	call(unix.SYS_CLOSE, uint64(fd))
}
