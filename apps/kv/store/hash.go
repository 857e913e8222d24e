package store

import (
	"encoding/binary"
	"math/bits"
)

// Odd constants with about as many ones as zeros, as in wyhash.
const (
	mixA = 0xa0761d6478bd642f
	mixB = 0xe7037ed1a0b428db
	mixC = 0x8ebc6af09c88c6e3
)

// Hash is a multiplicative hash in the manner of wyhash: 8 bytes a step.
func Hash(key []byte, seed uint64) uint64 {
	h := mix(seed^mixA, uint64(len(key))^mixB)
	for ; len(key) >= 8; key = key[8:] {
		h = mix(h^binary.LittleEndian.Uint64(key), mixB)
	}
	var rest uint64
	for i, c := range key {
		rest |= uint64(c) << (8 * i)
	}
	return mix(h^rest, mixC)
}

func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
