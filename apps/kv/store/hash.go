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

// Hash is a multiplicative hash in the manner of wyhash, 16 bytes a step. Both factors depend on
// the seed, so that who does not know it cannot choose keys for which one is 0.
func Hash(key []byte, seed uint64) uint64 {
	length := uint64(len(key))
	h, g := seed^mixA, bits.RotateLeft64(seed, 32)^mixB
	for len(key) > 16 {
		h = mix(h^binary.LittleEndian.Uint64(key), g^binary.LittleEndian.Uint64(key[8:]))
		key = key[16:]
	}
	first, last := ends(key)
	return mix(mix(h^first, g^last)^length, mixC)
}

// ends returns all of a key of 16 bytes at most in two words, which may overlap.
func ends(key []byte) (first, last uint64) {
	switch n := len(key); {
	case n >= 8:
		return binary.LittleEndian.Uint64(key), binary.LittleEndian.Uint64(key[n-8:])
	case n >= 4:
		first = uint64(binary.LittleEndian.Uint32(key))
		return first, uint64(binary.LittleEndian.Uint32(key[n-4:]))
	case n > 0:
		return uint64(key[0]), uint64(key[n/2])<<8 | uint64(key[n-1])
	}
	return 0, 0
}

func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
