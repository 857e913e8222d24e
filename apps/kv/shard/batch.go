package shard

import (
	"context"
	"errors"
	"fmt"
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
	left     int           // commands that are not done
	parked   bool          // the goroutine waits
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
// context's; then the commands may be carried out later, and the batch must not be used again.
func (b *Batch) Do(ctx context.Context) error {
	if err := b.begin(ctx); err != nil || !b.parked {
		return err
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
		return context.Cause(ctx)
	}
}

// begin sends the commands.
func (b *Batch) begin(ctx context.Context) error {
	n := b.node
	n.loop.Lock()
	defer n.loop.Unlock()
	b.left = len(b.commands)
	n.begin()
	defer n.flush()
	defer n.end()
	b.expect()
	for i := range b.commands {
		c := &b.commands[i]
		if len(c.command) > CommandBytesMax {
			b.done(i, nil, fmt.Errorf("%w: a command of %d bytes", ErrTooLong, len(c.command)))
			continue
		}
		if n.machine.routes[c.shard].room() == 0 {
			if err := n.awaitRoom(ctx, c.shard); err != nil {
				return err
			}
		}
		n.machine.request(c.shard, entry{c.command, c.write, b, i})
	}
	b.parked = b.left > 0
	return nil
}

// expect has the copies of this core prepare for the commands that it carries out now.
func (b *Batch) expect() {
	m := b.node.machine
	for i := range b.commands {
		c := &b.commands[i]
		role := m.replicas[c.shard].role
		if role == Primary || !c.write && role == Backup {
			m.expect(c.shard, c.command)
		}
	}
	m.prepare()
}

// awaitRoom waits until a route takes a command, in a step.
func (n *Node) awaitRoom(ctx context.Context, shard int) error {
	r := &n.machine.routes[shard]
	stop := context.AfterFunc(ctx, func() {
		n.loop.Lock()
		defer n.loop.Unlock()
		n.room.Broadcast()
	})
	defer stop()
	for r.room() == 0 && ctx.Err() == nil {
		n.end()
		n.pump()
		n.loop.Flush()
		n.waiting++
		n.room.Wait()
		n.waiting--
		n.begin()
	}
	return context.Cause(ctx)
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
