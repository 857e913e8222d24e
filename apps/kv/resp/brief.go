package resp

import "encoding/binary"

// Nearly all commands are brief: they have few words, and their words less than a hundred bytes.
// These are taken apart here, without a call for each header.

// SplitBrief sets args to the elements of an array of bulk strings at the start of b. It returns
// how many they are, and how long the array is: 0 if it is not brief, not complete or none.
func SplitBrief(b []byte, args [][]byte) (count, size int) {
	count, at := briefHeader(start(b, 0), '*')
	if count > len(args) {
		return 0, 0
	}
	for i := range args[:count] {
		length, n := briefHeader(start(b, at), '$')
		from, to := at+n, at+n+length
		if at = to + 2; n == 0 || at > len(b) {
			return 0, 0
		}
		args[i] = b[from:to:to]
	}
	return count, at
}

// start returns four of the five bytes or more at a place in b; 0 if there are less.
func start(b []byte, at int) uint32 {
	if at+5 > len(b) {
		return 0
	}
	return binary.LittleEndian.Uint32(b[at:])
}

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
