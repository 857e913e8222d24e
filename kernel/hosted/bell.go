package hosted

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

// bell is what a core waits on: an eventfd that its peers and its own listener write. Its counter
// is the number of kicks since the core last took them.
//
// Waiting goes through Go's netpoller, so that only the calling goroutine blocks. The poller
// reports each edge once. RawConn.Read forgets the edges from before its call, then calls poll,
// which looks at the counter: a kick before that look is seen by it, and a later one is an edge,
// after which poll looks again.
type bell struct {
	fd       int
	file     *os.File
	raw      syscall.RawConn
	poll     func(uintptr) bool
	rung     bool           // set by poll
	deadline kernel.Instant // that the poller knows
}

// newBell takes over fd, an eventfd that does not block.
func newBell(fd int) (*bell, error) {
	unix.CloseOnExec(fd)
	b := &bell{fd: fd, file: os.NewFile(uintptr(fd), "bell"), deadline: kernel.Forever}
	raw, err := b.file.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("hosted: poll the bell, file %d: %w", fd, err)
	}
	b.raw = raw
	b.poll = func(fd uintptr) bool {
		b.rung = takeKicks(int(fd))
		return b.rung
	}
	return b, nil
}

// wait blocks until there are kicks, or until deadline, and tells which. It takes the kicks.
func (b *bell) wait(deadline kernel.Instant) bool {
	if deadline <= Now() {
		return takeKicks(b.fd)
	}
	b.arm(deadline)
	err := b.raw.Read(b.poll)
	switch {
	case err == nil:
		return b.rung
	case errors.Is(err, os.ErrDeadlineExceeded):
		return takeKicks(b.fd)
	}
	panic(fmt.Sprintf("hosted: wait on the bell, file %d: %v", b.fd, err))
}

// arm tells the poller the deadline, if it is a new one.
func (b *bell) arm(deadline kernel.Instant) {
	if deadline == b.deadline {
		return
	}
	var t time.Time // none
	if deadline != kernel.Forever {
		t = time.Now().Add(deadline.Sub(Now()))
	}
	if err := b.file.SetReadDeadline(t); err != nil {
		panic(fmt.Sprintf("hosted: set a deadline on the bell, file %d: %v", b.fd, err))
	}
	b.deadline = deadline
}
