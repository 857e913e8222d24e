package main

// line is a line that the driver writes, as it is made; more than it holds is cut.
type line struct {
	size  uint64
	bytes [lineBytes]byte
}

// scratch is the line being made. There is one: the driver does one thing at a time, and an NMI or
// a fault that interrupts it does not go back.
var scratch line

// newLine returns an empty line.
func newLine() *line {
	scratch.size = 0
	return &scratch
}

func (l *line) byte(b byte) *line {
	if l.size < lineBytes {
		l.bytes[l.size] = b
		l.size++
	}
	return l
}

func (l *line) text(s string) *line {
	for i := range len(s) {
		l.byte(s[i])
	}
	return l
}

// bytesOf writes what another line has.
func (l *line) bytesOf(other *line) *line {
	for i := range min(other.size, lineBytes) {
		l.byte(other.bytes[i])
	}
	return l
}

// number writes v in decimal, with at least so many digits.
func (l *line) number(v uint64, digits int) *line { return l.digits(v, 10, digits) }

func (l *line) hex(v uint64) *line { return l.text("0x").digits(v, 16, 1) }

func (l *line) digits(v, base uint64, least int) *line {
	var reversed [20]byte
	count := 0
	for v > 0 || count < least {
		reversed[count%20] = "0123456789abcdef"[v%base]
		v /= base
		count++
	}
	for count > 0 {
		count--
		l.byte(reversed[count%20])
	}
	return l
}

// mega writes a number of bytes in MiB.
func (l *line) mega(v uint64) *line { return l.number(v>>20, 1).text(" MiB") }

// mention is say of what an image may be quiet about.
func (l *line) mention() {
	if image().Quiet == 0 {
		l.say()
	}
}

// say writes a line to the console, after the time since the machine was switched on.
func (l *line) say() {
	at := now()
	var stamped line
	stamped.byte('[').number(at/1_000_000_000, 1).byte('.').number(at/1_000_000%1000, 3)
	stamped.text("] ").bytesOf(l)
	stamped.size = min(stamped.size, lineBytes-1)
	stamped.byte('\n')
	output(addressOf(&stamped.bytes[0]), stamped.size)
}
