package kv

import (
	"bytes"

	"skerry/apps/kv/store"
)

// router knows where keys are.
type router struct{ shards int }

// shard returns the shard of a key, which must be the same on all cores. If there is something in
// braces, only that counts, as in Redis Cluster, so that a client can put keys together.
func (r router) shard(key []byte) int {
	if r.shards == 1 {
		return 0
	}
	if open := bytes.IndexByte(key, '{'); open >= 0 {
		if size := bytes.IndexByte(key[open+1:], '}'); size > 0 {
			key = key[open+1 : open+1+size]
		}
	}
	return int(store.Hash(key, 0) >> 32 * uint64(r.shards) >> 32)
}
