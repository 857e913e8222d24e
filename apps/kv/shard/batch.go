package shard

import (
	"context"
	"errors"
)

// Errors of a command.
var (
	// ErrInDoubt is the end of a write whose primary died before it answered: it was carried out,
	// or will never be.
	ErrInDoubt = errors.New("shard: the core died during the write: it may or may not be done")
)

// Batch is a number of commands that are carried out together, and their replies. It belongs to one
// goroutine, which uses it again and again.
//
// Commands for one shard are carried out in their order; those for different shards in any.
type Batch struct {
	node     *Node
	commands []call
	replies  []byte
}

// call is one command of a batch.
type call struct {
	shard   int
	write   bool
	command []byte
	from    int // of the reply in the batch's replies
	to      int
	err     error
}

// Add adds a command for a shard, and returns its index in the batch. A command that may change
// something is a write. The bytes must stay as they are until Do has returned.
func (b *Batch) Add(shard int, write bool, command []byte) int {
	b.commands = append(b.commands, call{shard: shard, write: write, command: command})
	return len(b.commands) - 1
}

// Do carries out the commands that were added since the last Reset, and returns when all have ended
// or the context has. It may wait for room. Error: the context's; then the batch must not be used
// again.
func (b *Batch) Do(ctx context.Context) error { return b.node.run(ctx, b) }

// Reply returns the reply to a command, or why there is none: ErrInDoubt, ErrTooLong. It is valid
// until Reset.
func (b *Batch) Reply(index int) ([]byte, error) {
	c := &b.commands[index]
	return b.replies[c.from:c.to:c.to], c.err
}

// Reset empties the batch.
func (b *Batch) Reset() { b.commands, b.replies = b.commands[:0], b.replies[:0] }
