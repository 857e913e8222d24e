package resp

import "encoding/binary"

// Nearly all commands are brief: they have few words, and their words less than a hundred bytes.
// These are taken apart here, without a call for each header.

// SplitBrief sets args to the elements of an array of bulk strings at the start of b. It returns
// how many they are, and how long the array is: 0 if it is not brief, not complete or none.
func SplitBrief(b []byte, args [][]byte) (count, size int) {
	if len(b) < briefBytesMin {
		return 0, 0
	}
	count, size = briefHeader(binary.LittleEndian.Uint32(b), '*')
	if count > len(args) {
		return 0, 0
	}
	rest := b[size:]
	for i := range args[:count] {
		if len(rest) < briefBytesMin {
			return 0, 0
		}
		length, from := briefHeader(binary.LittleEndian.Uint32(rest), '$')
		to := from + length
		if from == 0 || to+2 > len(rest) {
			return 0, 0
		}
		args[i] = rest[from:to:to]
		rest = rest[to+2:]
	}
	return count, len(b) - len(rest)
}

// briefBytesMin is how long a header is at least, with what follows it.
const briefBytesMin = 5

// briefHeader reads a header that starts so, if its number has one digit or two. Size is 0 if not.
func briefHeader(start, kind uint32) (n, size int) {
	first, second := start>>8&0xff-'0', start>>16&0xff-'0'
	switch {
	case start&0xff00ff == kind|'\r'<<16 && first <= 9:
		return int(first), 4
	case start&0xff0000ff == kind|'\r'<<24 && first-1 < 9 && second <= 9:
		return int(10*first + second), 5
	}
	return 0, 0
}
