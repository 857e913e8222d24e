package discover

import "skerry/kernel/commons"

// option is what names a device on the command line: virtio_mmio.device=SIZE@ADDRESS:LINE. Linux,
// drivers/virtio/virtio_mmio.c.
const option = "virtio_mmio.device="

// The first registers of a device. Virtio 1.2, 4.2.2.
const (
	registerMagic   = 0
	registerVersion = 4
	registerKind    = 8
	magic           = 'v' | 'i'<<8 | 'r'<<16 | 't'<<24
	version         = 2
)

// CommandLine finds the devices that the text at an address names; a zero byte ends it.
func (m *Machine) CommandLine(at uint64) {
	if at == 0 {
		return
	}
	r := reader{m: m, at: at, end: at + lineBytesMax}
	for r.peek() != 0 {
		if r.skip(option) {
			m.option(&r)
		}
		for r.peek() != 0 && r.peek() != ' ' {
			r.at++
		}
		for r.peek() == ' ' {
			r.at++
		}
	}
}

// option finds the device that an option's value names.
func (m *Machine) option(r *reader) {
	size, ok1 := r.number()
	ok2 := r.skip("@")
	at, ok3 := r.number()
	ok4 := r.skip(":")
	line, ok5 := r.number()
	if !(ok1 && ok2 && ok3 && ok4 && ok5) || line >= linesMax || at%4 != 0 ||
		!m.believed(at, size) {
		return
	}
	if m.Load32(at+registerMagic) == magic && m.Load32(at+registerVersion) == version {
		found := commons.Device{Bus: commons.MMIO, Line: line}
		found.Range[0] = commons.Range{At: at, Bytes: size}
		m.place(m.Load32(at+registerKind), &found)
	}
}

// reader reads text in physical memory.
type reader struct {
	m       *Machine
	at, end uint64
}

// peek returns the next byte; 0 at the end.
func (r *reader) peek() uint64 {
	if r.at >= r.end {
		return 0
	}
	return r.m.Load8(r.at)
}

// skip passes over text if it comes next.
func (r *reader) skip(text string) bool {
	start := r.at
	for i := range len(text) {
		if r.peek() != uint64(text[i]) {
			r.at = start
			return false
		}
		r.at++
	}
	return true
}

// number reads a number, decimal or hexadecimal after 0x, perhaps in K or M.
func (r *reader) number() (value uint64, ok bool) {
	base := uint64(10)
	if r.skip("0x") {
		base = 16
	}
	for {
		digit := digitOf(r.peek())
		if digit >= base || value > 1<<52 {
			break
		}
		value, ok = value*base+digit, true
		r.at++
	}
	switch {
	case r.skip("K"):
		value <<= 10
	case r.skip("M"):
		value <<= 20
	}
	return value, ok && value < addressEnd
}

// digitOf returns the value of a digit, or more than any has.
func digitOf(b uint64) uint64 {
	switch lower := b | 0x20; {
	case b >= '0' && b <= '9':
		return b - '0'
	case lower >= 'a' && lower <= 'f':
		return lower - 'a' + 10
	}
	return 16
}
