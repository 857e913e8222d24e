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
		longer := make([]T, max(2*f.count, 16))
		for i := range f.count {
			longer[i] = *f.at(i)
		}
		f.ring, f.first = longer, 0
	}
	f.count++
	*f.at(f.count - 1) = v
}

// pop removes the oldest element and returns it.
func (f *fifo[T]) pop() T {
	var none T
	oldest := f.at(0)
	v := *oldest
	*oldest = none
	f.first = (f.first + 1) & (len(f.ring) - 1)
	f.count--
	return v
}
