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
func (f *fifo[T]) push(v T) { *f.extend() = v }

// extend adds an element and returns it: zero, or, as it was left, one that was dropped.
func (f *fifo[T]) extend() *T {
	if f.count == len(f.ring) {
		f.grow()
	}
	f.count++
	return f.at(f.count - 1)
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
	f.first = (f.first + 1) & (len(f.ring) - 1)
	f.count--
}

// take removes the oldest element, of which nothing stays, and returns it.
func (f *fifo[T]) take() (v T) {
	oldest := f.at(0)
	v, *oldest = *oldest, v
	f.drop()
	return v
}
