package shard

import (
	"context"
	"errors"
)

// Refusals and ends of commands.
var (
	// ErrInDoubt is the end of a write whose primary died before it answered: it was carried out,
	// or will never be.
	ErrInDoubt = errors.New("shard: the core died during the write: it may or may not be done")
	// ErrTooLong refuses a command, or takes the place of a reply.
	ErrTooLong = errors.New("shard: longer than CommandBytesMax")
)

// Batch is a number of commands that are carried out together, and their replies. It belongs to one
// goroutine, which uses it again and again.
//
// Commands for one shard are carried out in their order; those for different shards in any.
type Batch struct {
	node     *Node
	commands []call
	replies  []byte
	next     int           // the first command that was not asked for yet
	left     int           // commands that have not ended
	parked   bool          // the goroutine waits
	ended    bool          // it did, until its context ended
	over     chan struct{} // told when left is 0 and parked
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
// something is a write. The bytes must stay as they are until Do has returned, and, if it returned
// an error, for ever.
func (b *Batch) Add(shard int, write bool, command []byte) int {
	b.commands = append(b.commands, call{shard: shard, write: write, command: command})
	return len(b.commands) - 1
}

// Do carries out the commands that were added since the last Reset, and returns when all have ended
// or the context has. It waits while RequestsMax commands are under way to a shard. Error: the
// context's; then what is under way may be carried out later, and the batch must not be used again.
func (b *Batch) Do(ctx context.Context) error {
	if b.begin(); !b.parked {
		return nil
	}
	if ctx.Done() == nil { // a select takes longer
		<-b.over
		b.parked = false
		return nil
	}
	select {
	case <-b.over:
		b.parked = false
		return nil
	case <-ctx.Done():
		b.abandon()
		return context.Cause(ctx)
	}
}

// done implements client.
func (b *Batch) done(index int, reply []byte, err error) {
	c := &b.commands[index]
	c.from = len(b.replies)
	b.replies = append(b.replies, reply...)
	c.to, c.err = len(b.replies), err
	if b.left--; b.left == 0 && b.parked {
		b.over <- struct{}{}
	}
}

// Reply returns the reply to a command, or why there is none: ErrInDoubt, ErrTooLong. It is valid
// until Reset.
func (b *Batch) Reply(index int) ([]byte, error) {
	c := &b.commands[index]
	return b.replies[c.from:c.to:c.to], c.err
}

// Reset empties the batch.
func (b *Batch) Reset() {
	clear(b.commands) // of what belongs to the caller
	b.commands, b.replies = b.commands[:0], emptied(b.replies)
}
