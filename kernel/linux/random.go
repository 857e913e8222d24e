package linux

import (
	"math/bits"

	"skerry/kernel/drivercall"
)

// pool is the key and counter of a process's random numbers: ChaCha20, as in RFC 8439, 2.3. Each
// block's first half replaces the key, so that what was given cannot be found out later.
type pool struct {
	state, block [16]uint32
}

// keyBytes is the size of the key, and of what each block gives.
const keyBytes = 32

// seed makes the first key, counter and nonce.
func (p *Process) seed() {
	s, seed := &p.pool.state, p.scratch[:48]
	s[0], s[1], s[2], s[3] = 0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574
	p.Machine.Seed(seed)
	for i, b := range seed {
		s[4+i/4] |= uint32(b) << (i % 4 * 8)
	}
}

func (p *Process) getrandom(a *drivercall.Area) int64 {
	return p.readRandom(a.Frame.DI, a.Frame.SI)
}

// readRandom fills memory with random numbers.
func (p *Process) readRandom(at, size uint64) int64 {
	to := bytesAt(at, size)
	for i := range to {
		if i%keyBytes == 0 {
			p.pool.mix()
		}
		to[i] = byte(p.pool.block[8+i%keyBytes/4] >> (i % 4 * 8))
	}
	return int64(len(to))
}

// writeRandom mixes what a program has into the key, as Linux does with what is written to
// /dev/urandom. Who does not know the key does not know the next one either, whatever it is.
func (p *Process) writeRandom(at, size uint64) int64 {
	from := bytesAt(at, size)
	for i, b := range from {
		p.pool.state[4+i%keyBytes/4] ^= uint32(b) << (i % 4 * 8)
		if i%keyBytes == keyBytes-1 || i == len(from)-1 {
			p.pool.mix()
		}
	}
	return int64(len(from))
}

// mix makes the next block.
func (p *pool) mix() {
	x := &p.block
	*x = p.state
	for range 10 {
		for i := range 8 { // columns, then diagonals
			slope := i / 4
			quarter(x, i%4, 4+(i+slope)%4, 8+(i+2*slope)%4, 12+(i+3*slope)%4)
		}
	}
	for i := range x {
		x[i] += p.state[i]
	}
	for i := range 8 {
		p.state[4+i] = x[i]
	}
	p.state[12]++
}

// quarter is the quarter round of RFC 8439, 2.1.
func quarter(x *[16]uint32, a, b, c, d int) {
	x[a] += x[b]
	x[d] = bits.RotateLeft32(x[d]^x[a], 16)
	x[c] += x[d]
	x[b] = bits.RotateLeft32(x[b]^x[c], 12)
	x[a] += x[b]
	x[d] = bits.RotateLeft32(x[d]^x[a], 8)
	x[c] += x[d]
	x[b] = bits.RotateLeft32(x[b]^x[c], 7)
}
