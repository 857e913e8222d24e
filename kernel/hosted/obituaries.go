package hosted

import (
	"sync"

	"skerry/kernel"
)

// obituaries are death notices on their way: at most one a core, the oldest first.
type obituaries struct {
	mu   sync.Mutex
	list []kernel.Notice // len(list) <= CoresMax
}

// add appends n; if a notice about the same core waits already, n takes its place.
func (o *obituaries) add(n kernel.Notice) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.list {
		if o.list[i].Core == n.Core {
			o.list[i] = n
			return
		}
	}
	o.list = append(o.list, n)
}

// take removes and returns the oldest notice.
func (o *obituaries) take() (kernel.Notice, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.list) == 0 {
		return kernel.Notice{}, false
	}
	n := o.list[0]
	o.list = o.list[:copy(o.list, o.list[1:])]
	return n, true
}
