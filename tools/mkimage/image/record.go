package image

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// record is a piece of memory or of a file in the making.
type record struct {
	bytes []byte
}

const recordAlign = 8

// add appends a value of fixed size and returns its offset.
func (r *record) add(value any) uint64 {
	r.bytes = padded(r.bytes, recordAlign)
	offset := uint64(len(r.bytes))
	more, err := binary.Append(r.bytes, binary.LittleEndian, value)
	if err != nil {
		panic(fmt.Sprintf("image: %T in a record: %v: want a value of fixed size", value, err))
	}
	r.bytes = more
	return offset
}

// padded returns bytes with zeros up to a multiple of unit, a power of two.
func padded(b []byte, unit uint64) []byte {
	return append(b, make([]byte, roundUp(uint64(len(b)), unit)-uint64(len(b)))...)
}

// cString returns strings that each end in a zero byte, one after the other.
func cStrings(list []string) []byte {
	var b bytes.Buffer
	for _, s := range list {
		b.WriteString(s)
		b.WriteByte(0)
	}
	return b.Bytes()
}

func roundUp(n, unit uint64) uint64 { return (n + unit - 1) &^ (unit - 1) }
