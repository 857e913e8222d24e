package resp

import "sync/atomic"

// Budget bounds the memory of commands that are being read, of all connections together.
type Budget struct {
	commandBytesMax int64
	left            atomic.Int64
}

// NewBudget returns a budget: for one command, and for all.
func NewBudget(commandBytesMax, totalBytes int64) *Budget {
	b := &Budget{commandBytesMax: commandBytesMax}
	b.left.Store(totalBytes)
	return b
}

func (b *Budget) take(n int) bool {
	if b.left.Add(int64(-n)) >= 0 {
		return true
	}
	b.give(n)
	return false
}

func (b *Budget) give(n int) { b.left.Add(int64(n)) }
