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
//
// That second look is an ordinary system call, and must be. When its process is idle, the Go
// runtime's monitor thread sleeps, up to a minute, until a goroutine makes one. Without the monitor
// nobody preempts a goroutine that computes, so the next kick would wait for as long.
type bell struct {
	fd       int
	file     *os.File
	raw      syscall.RawConn
	poll     func(uintptr) bool
	slept    bool           // poll was called before in this wait
	rung     bool           // poll found kicks
	deadline kernel.Instant // that the poller knows
	count    [8]byte        // room for the counter
}

// newBell takes over fd, an eventfd that does not block.
func newBell(fd int) (*bell, error) {
	unix.CloseOnExec(fd)
	b := &bell{fd: fd, file: os.NewFile(uintptr(fd), "bell"), deadline: kernel.Forever}
	raw, err := b.file.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("hosted: poll the bell, file %d: %w", fd, err)
	}
	b.raw, b.poll = raw, b.look
	return b, nil
}

// wait blocks until there are kicks, or until deadline, and tells which. It takes the kicks.
func (b *bell) wait(deadline kernel.Instant) bool {
	if deadline <= Now() {
		return takeKicks(b.fd)
	}
	b.arm(deadline)
	b.slept = false
	err := b.raw.Read(b.poll)
	switch {
	case err == nil:
		return b.rung
	case errors.Is(err, os.ErrDeadlineExceeded):
		return b.takeKicksAwake()
	}
	panic(fmt.Sprintf("hosted: wait on the bell, file %d: %v", b.fd, err))
}

// look takes the kicks, if there are some: then the wait is over.
func (b *bell) look(uintptr) bool {
	if b.slept {
		b.rung = b.takeKicksAwake()
	} else {
		b.slept, b.rung = true, takeKicks(b.fd)
	}
	return b.rung
}

// takeKicksAwake is takeKicks as an ordinary system call.
func (b *bell) takeKicksAwake() bool {
	size, err := unix.Read(b.fd, b.count[:])
	return err == nil && size == len(b.count)
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
