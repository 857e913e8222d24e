package kv

import (
	"context"
	"time"

	"skerry/apps/kv/resp"
	"skerry/apps/kv/shard"
	"skerry/apps/kv/store"
)

// sweep removes expired keys of the shards that are first here, a part of each at a time.
func (s *server) sweep() {
	next := make([]string, s.node.Shards())
	for range time.Tick(sweepPeriod) {
		for i, status := range s.node.Status().Shards {
			if status.Here == shard.Primary {
				next[i] = s.sweepShard(i, next[i])
			} else {
				next[i] = ""
			}
		}
	}
}

// sweepShard removes the expired keys of a part of a shard, and returns where the next part begins.
// What fails is done the next time around.
func (s *server) sweepShard(i int, from string) (next string) {
	if from == "" {
		from = "0"
	}
	ask := store.Command(store.SweepCommand, []byte(from))
	reply, err := s.node.Do(context.Background(), i, false, ask)
	if err != nil {
		return ""
	}
	words, _, err := resp.Split(reply, nil)
	if err != nil || len(words) == 0 {
		return ""
	}
	next = string(words[0])
	if len(words) > 1 {
		evict := store.Command(store.EvictCommand, words[1:]...)
		s.node.Do(context.Background(), i, true, evict)
	}
	return next
}
