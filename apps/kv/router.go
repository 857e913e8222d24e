package kv

import "bytes"

// router knows where keys are.
type router struct {
	shards int
	crc    [256]uint16
}

func newRouter(shards int) *router {
	r := &router{shards: shards}
	for i := range r.crc { // CRC-16/XMODEM, as in Redis Cluster
		c := uint16(i) << 8
		for range 8 {
			carry := c>>15 != 0
			if c <<= 1; carry {
				c ^= 0x1021
			}
		}
		r.crc[i] = c
	}
	return r
}

// shard returns the shard of a key.
func (r *router) shard(key []byte) int {
	if r.shards == 1 {
		return 0
	}
	return r.slot(key) * r.shards / slots
}

// slot returns the slot of a key, as CLUSTER KEYSLOT does: if there is something in braces, only
// that counts, so that a client can put keys together.
func (r *router) slot(key []byte) int {
	if open := bytes.IndexByte(key, '{'); open >= 0 {
		if size := bytes.IndexByte(key[open+1:], '}'); size > 0 {
			key = key[open+1 : open+1+size]
		}
	}
	var crc uint16
	for _, c := range key {
		crc = crc<<8 ^ r.crc[byte(crc>>8)^c]
	}
	return int(crc) % slots
}
