package thread

// queue is a line of threads, which are linked through themselves. A thread is in one at most.
type queue struct {
	first, last *Thread
}

func (q *queue) add(th *Thread) {
	th.queue, th.previous, th.next = q, q.last, nil
	if q.last == nil {
		q.first = th
	} else {
		q.last.next = th
	}
	q.last = th
}

// remove takes a thread out, wherever in the line it stands.
func (q *queue) remove(th *Thread) {
	if th.previous == nil {
		q.first = th.next
	} else {
		th.previous.next = th.next
	}
	if th.next == nil {
		q.last = th.previous
	} else {
		th.next.previous = th.previous
	}
	th.queue = nil
}
