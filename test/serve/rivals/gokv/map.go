package main

import (
	"hash/maphash"
	"sync"

	"skerry/apps/kv/resp"
)

// shardsCount is many times the number of processors, so that two rarely want the same part.
const shardsCount = 256

// shardedMap is a map in parts, each with a lock.
type shardedMap struct {
	seed   maphash.Seed
	shards [shardsCount]shard
}

type shard struct {
	sync.RWMutex
	values map[string][]byte
	_      [64]byte // no two locks in a cache line
}

func newMap() *shardedMap {
	m := &shardedMap{seed: maphash.MakeSeed()}
	for i := range m.shards {
		m.shards[i].values = map[string][]byte{}
	}
	return m
}

func (m *shardedMap) shard(key []byte) *shard {
	return &m.shards[maphash.Bytes(m.seed, key)%shardsCount]
}

// get appends the reply to GET.
func (m *shardedMap) get(out, key []byte) []byte {
	s := m.shard(key)
	s.RLock()
	defer s.RUnlock()
	value, ok := s.values[string(key)]
	if !ok {
		return resp.AppendNull(out)
	}
	return resp.AppendBulk(out, value)
}

// set stores a copy of the value, in the old one's memory if that is long enough.
func (m *shardedMap) set(key, value []byte) {
	s := m.shard(key)
	s.Lock()
	defer s.Unlock()
	if old, ok := s.values[string(key)]; ok && cap(old) >= len(value) {
		s.values[string(key)] = append(old[:0], value...)
		return
	}
	s.values[string(key)] = append([]byte(nil), value...)
}
