package shard

import (
	"fmt"
	"runtime"
	"slices"
)

// begin asks for the commands of a batch. One that has to wait for another core is first gathered
// with those of all goroutines that are ready to run: what they ask for is looked up together,
// travels together, and takes one fence and one kick.
func (b *Batch) begin() {
	n := b.node
	n.loop.Lock()
	defer n.loop.Unlock()
	b.left, b.next = len(b.commands), 0
	if b.atOnce() {
		n.ask(b)
		b.parked = b.left > 0
		return
	}
	b.parked = true
	n.gathered = append(n.gathered, b)
	if len(n.gathered) > 1 {
		return // who was first asks for all
	}
	n.loop.Unlock()
	runtime.Gosched()
	n.loop.Lock()
	n.ask(n.gathered...)
	clear(n.gathered)
	n.gathered = n.gathered[:0]
}

// atOnce tells whether this core carries out all commands without waiting for another one.
func (b *Batch) atOnce() bool {
	for i := range b.commands {
		c := &b.commands[i]
		if !b.node.machine.atOnce(c.shard, c.write) {
			return false
		}
	}
	return true
}

// ask asks for the commands of some batches, in one step. Then it hears what other cores have said
// meanwhile, for which the loop may not be awake before all goroutines have had their turn.
func (n *Node) ask(batches ...*Batch) {
	n.begin()
	for _, b := range batches {
		if !b.ask() {
			n.stalled = append(n.stalled, b)
		}
	}
	n.end()
	n.pump()
	n.loop.Hear()
	n.loop.Flush()
}

// resume asks for commands for which there was no room, and tells whether there was for some.
func (n *Node) resume() (some bool) {
	n.stalled = slices.DeleteFunc(n.stalled, func(b *Batch) bool {
		next := b.next
		all := b.ask()
		some = some || b.next > next
		return all
	})
	return some
}

// abandon has no more commands asked for: the context has ended.
func (b *Batch) abandon() {
	n := b.node
	n.loop.Lock()
	defer n.loop.Unlock()
	b.ended = true
	n.stalled = slices.DeleteFunc(n.stalled, func(s *Batch) bool { return s == b })
}

// ask asks for commands as long as there is room, and tells whether there are no more to ask for.
func (b *Batch) ask() bool {
	m := b.node.machine
	for ; !b.ended && b.next < len(b.commands); b.next++ {
		c := &b.commands[b.next]
		switch {
		case len(c.command) > CommandBytesMax:
			b.done(b.next, nil, fmt.Errorf("%w: a command of %d bytes", ErrTooLong, len(c.command)))
		case m.routes[c.shard].room() == 0:
			return false
		default:
			m.request(c.shard, entry{c.command, c.write, b, b.next})
		}
	}
	return true
}
