package msgpass

import (
	"encoding/binary"
	"fmt"
)

// Payloads that do not fit a line as plain words are laid out by the functions here, one field
// after the other, without gaps: integers with their low byte first, a bool as 0 or 1, bytes behind
// a count of two bytes.

// Bool returns a bool as it travels.
func Bool(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}

// AppendBytes appends a field of variable size.
func AppendBytes[T ~string | ~[]byte](payload []byte, v T) []byte {
	return append(binary.LittleEndian.AppendUint16(payload, uint16(len(v))), v...)
}

// Reader takes fields out of a payload that a peer wrote. What it returns has a meaning only if
// Done is true after the last field.
type Reader struct {
	rest []byte
	bad  bool
}

// ReadFrom returns a reader of a payload in private memory.
func ReadFrom(payload []byte) Reader { return Reader{rest: payload} }

// Done tells whether all fields were sound, and nothing is left.
func (r *Reader) Done() bool { return !r.bad && len(r.rest) == 0 }

// take returns the next size bytes; zeroes if there are fewer.
func (r *Reader) take(size int) []byte {
	if size > len(r.rest) {
		r.bad, r.rest = true, nil
		return make([]byte, size)
	}
	field := r.rest[:size:size]
	r.rest = r.rest[size:]
	return field
}

// Bool takes a bool.
func (r *Reader) Bool() bool {
	v := r.take(1)[0]
	r.bad = r.bad || v > 1
	return v == 1
}

// Uint8 takes one byte.
func (r *Reader) Uint8() uint8 { return r.take(1)[0] }

// Uint16 takes two bytes.
func (r *Reader) Uint16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }

// Uint32 takes four bytes.
func (r *Reader) Uint32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }

// Uint64 takes eight bytes.
func (r *Reader) Uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// Bytes takes a field of variable size, at most limit bytes. The result is part of the payload.
func (r *Reader) Bytes(limit int) []byte {
	size := int(r.Uint16())
	if r.bad || size > limit || size > len(r.rest) {
		r.bad, r.rest = true, nil
		return nil
	}
	return r.take(size)
}

// TooLong returns an error if a field of variable size is longer than declared.
func TooLong(field string, size, limit int) error {
	if size > limit {
		return fmt.Errorf("%w: %d bytes: want at most %s = %d", ErrTooLong, size, field, limit)
	}
	return nil
}

// MustFit panics if a field of variable size is longer than declared.
func MustFit(field string, size, limit int) {
	if err := TooLong(field, size, limit); err != nil {
		panic(err)
	}
}
