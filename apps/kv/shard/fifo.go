package shard

// fifo is a queue that reuses its memory.
type fifo[T any] struct {
	ring  []T // a power of two long, or empty
	first int
	count int
}

// at returns the element at a position; 0 is the oldest.
func (f *fifo[T]) at(i int) *T { return &f.ring[(f.first+i)&(len(f.ring)-1)] }

// push adds an element.
func (f *fifo[T]) push(v T) {
	if f.count == len(f.ring) {
		f.grow()
	}
	f.count++
	*f.at(f.count - 1) = v
}

// grow doubles the ring, which is full.
func (f *fifo[T]) grow() {
	longer := make([]T, max(2*f.count, 16))
	for i := range f.count {
		longer[i] = *f.at(i)
	}
	f.ring, f.first = longer, 0
}

// drop removes the oldest element.
func (f *fifo[T]) drop() {
	var none T
	*f.at(0) = none
	f.first = (f.first + 1) & (len(f.ring) - 1)
	f.count--
}
