package linux

import (
	"bytes"
	"encoding/binary"
	"testing"

	"skerry/kernel/errno"
)

// The pool is ChaCha20: the block function's test vector in RFC 8439, 2.3.2.
func TestChaCha(t *testing.T) {
	p := pool{state: [16]uint32{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}}
	for i := range 8 {
		p.state[4+i] = binary.LittleEndian.Uint32([]byte{byte(4 * i), byte(4*i + 1),
			byte(4*i + 2), byte(4*i + 3)})
	}
	p.state[12], p.state[13], p.state[14] = 1, 0x09000000, 0x4a000000
	p.mix()
	want := [16]uint32{
		0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3,
		0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
		0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
		0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2,
	}
	if p.block != want {
		t.Errorf("block %x: want %x", p.block, want)
	}
}

// What is written to /dev/urandom, up to a bad address, changes the random numbers; what is read
// there is never the same again.
func TestURandom(t *testing.T) {
	const openat, read, write, getrandom, at, size = 257, 0, 1, 318, buffer + 100, 5000
	r := newRig(t)
	numbers := func(written uint64) []byte {
		r.restart()
		fd := uint64(r.call(openat, atRoot, r.path("/dev/urandom"), readWrite))
		r.putText(at, "seed")
		r.want(int64(written), write, fd, at, written)
		r.want(size, read, fd, at, size)
		return r.get(at, size)
	}
	one := numbers(4)
	if !bytes.Equal(one, numbers(4)) || bytes.Equal(one, numbers(3)) ||
		bytes.Equal(one, numbers(0)) {
		t.Error("the numbers do not depend on what was written, and on nothing else")
	}
	fd := uint64(r.call(openat, atRoot, r.path("/dev/urandom"), readWrite))
	before := r.get(at, size)
	r.want(size, getrandom, at, size)
	if bytes.Equal(before, r.get(at, size)) || bytes.Equal(r.get(at, 32), r.get(at+32, 32)) {
		t.Error("the same numbers again")
	}
	r.want(errno.EFAULT, write, fd, bufferEnd-50, 100)
	r.want(errno.EFAULT, read, fd, bad, 100)
}
