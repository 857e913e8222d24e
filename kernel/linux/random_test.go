package linux

import (
	"bytes"
	"testing"

	"skerry/kernel/errno"
)

// What is written to /dev/urandom, over pages and up to a bad address, stirs the random numbers;
// what is read there are those of getrandom.
func TestURandom(t *testing.T) {
	r := newRig(t)
	const open, read, write, at, pages = 257, 0, 1, buffer + 100, 5000
	fd := uint64(r.call(open, atRoot, r.path("/dev/urandom"), readWrite))
	sent := bytes.Repeat([]byte("seed"), pages/4)
	r.p.Space.CopyOut(at, sent)
	r.want(pages, write, fd, at, pages)
	if !bytes.Equal(r.stirred, sent) {
		t.Errorf("%d bytes stirred: want the %d written", len(r.stirred), pages)
	}
	r.want(50, write, fd, bufferEnd-50, 100)
	r.want(errno.EFAULT, write, fd, bufferEnd, 100)
	r.want(pages, read, fd, at, pages)
	if got := r.get(at, pages); !bytes.Equal(got, bytes.Repeat([]byte{0xa5}, pages)) {
		t.Errorf("read %x: want random numbers", got[:16])
	}
	r.want(errno.EFAULT, read, fd, bad, 100)
}
