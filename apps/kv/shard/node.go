package shard

import (
	"context"
	"sync"
	"time"

	"skerry/coreos"
	"skerry/kernel"
)

// Node is one core's part in a replicated store.
type Node struct {
	mu     sync.Mutex
	states []State
	now    int64
}

// New returns the node of a core. The cores of the store are given in the same order on each; there
// are as many shards as cores, and shard i is at home on cores[i]. Make makes an empty copy of a
// shard.
func New(s *coreos.OS, cores []kernel.CoreID, make func() State) (*Node, error) {
	n := &Node{}
	for range cores {
		n.states = append(n.states, make())
	}
	return n, nil
}

// Shards returns how many shards there are.
func (n *Node) Shards() int { return len(n.states) }

// NewBatch returns an empty batch.
func (n *Node) NewBatch() *Batch { return &Batch{node: n} }

// Do carries out one command and returns its reply. Errors: those of Batch.Reply and Batch.Do.
func (n *Node) Do(ctx context.Context, shard int, write bool, command []byte) ([]byte, error) {
	b := n.NewBatch()
	b.Add(shard, write, command)
	if err := b.Do(ctx); err != nil {
		return nil, err
	}
	return b.Reply(0)
}

// run carries out a batch.
func (n *Node) run(_ context.Context, b *Batch) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = max(n.now, time.Now().UnixMilli())
	for i := range b.commands {
		c := &b.commands[i]
		c.from = len(b.replies)
		b.replies, _ = n.states[c.shard].Apply(b.replies, n.now, c.command)
		c.to = len(b.replies)
	}
	return nil
}

// Status is how the shards are, as this core sees it.
type Status struct {
	Shards []ShardStatus
	Lost   int // shards that began empty because all copies were lost
}

// ShardStatus is how one shard is.
type ShardStatus struct {
	View    uint64
	Primary kernel.CoreID
	Here    Role
	Synced  bool // there is a backup that has everything
}

// Status returns how the shards are.
func (n *Node) Status() Status { return Status{Shards: make([]ShardStatus, len(n.states))} }
