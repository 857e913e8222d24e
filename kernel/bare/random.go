package main

import (
	"math/bits"

	"skerry/kernel/layout"
)

// pool is the key and counter of this core's random numbers: ChaCha20, as in RFC 8439, 2.3. Each
// block's first half replaces the key, so that what was given cannot be found out later.
var pool struct {
	state [16]uint32
	block [16]uint32
	ready bool
}

// keyBytes is the size of the key, and of what each block gives.
const keyBytes = 32

// seedRandom makes a key of the processor's random numbers and of the time, which alone would be a
// poor one: the boot log says so.
func seedRandom() {
	s := &pool.state
	s[0], s[1], s[2], s[3] = 0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574
	_, _, features, _ := cpuid(1, 0)
	for i := range 6 {
		v := rdtsc() * 0x9e37_79b9_7f4a_7c15
		if has(features, featureRDRAND) {
			v ^= rdrand()
		}
		s[4+2*i], s[5+2*i] = uint32(v), uint32(v>>32)
	}
	s[15] ^= uint32(me) * layout.CoresMax
	if !has(features, featureRDRAND) && me == 0 {
		newLine().text("random numbers: from the time only, this processor has no RDRAND").say()
	}
	pool.ready = true
}

// fillRandom fills bytes with random numbers.
func fillRandom(to []byte) {
	if !pool.ready {
		seedRandom()
	}
	for i := range to {
		if i%keyBytes == 0 {
			mixRandom()
		}
		to[i] = byte(pool.block[8+i%keyBytes/4] >> (i % 4 * 8))
	}
}

// stirRandom mixes bytes into the key. Who does not know the key does not know the next one either,
// whatever the bytes are.
func stirRandom(from []byte) {
	if !pool.ready {
		seedRandom()
	}
	for i, b := range from {
		pool.state[4+i%keyBytes/4] ^= uint32(b) << (i % 4 * 8)
		if i%keyBytes == keyBytes-1 || i == len(from)-1 {
			mixRandom()
		}
	}
}

// mixRandom makes the next block.
func mixRandom() {
	x := &pool.block
	for i := range x {
		x[i] = pool.state[i]
	}
	for range 10 {
		for i := range 8 { // columns, then diagonals
			slope := i / 4
			quarter(x, i%4, 4+(i+slope)%4, 8+(i+2*slope)%4, 12+(i+3*slope)%4)
		}
	}
	for i := range x {
		x[i] += pool.state[i]
	}
	for i := range 8 {
		pool.state[4+i] = x[i]
	}
	pool.state[12]++
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
