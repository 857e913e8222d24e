// Package bell waits for a file that counts kicks, as an eventfd does: what a core sleeps on, on
// hosted and on bare.
package bell

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

// Bell is the file that the core waits on. Its counter is the number of kicks and notices since the
// core last took them. A Bell is for one goroutine.
//
// Waiting goes through Go's netpoller, so that only the calling goroutine blocks. The poller
// reports each edge once. RawConn.Read forgets the edges from before its call, then calls poll,
// which looks at the counter: a kick before that look is seen by it, and a later one is an edge,
// after which poll looks again.
//
// That second look is an ordinary system call, and must be. When its process is idle, the Go
// runtime's monitor thread sleeps, up to a minute, until a goroutine makes one. Without the monitor
// nobody preempts a goroutine that computes, so the next kick would wait for as long.
type Bell struct {
	fd       int
	file     *os.File
	raw      syscall.RawConn
	poll     func(uintptr) bool
	slept    bool           // poll was called before in this wait
	rung     bool           // poll found kicks
	deadline kernel.Instant // that the poller knows
	count    [8]byte        // room for the counter
}

// New takes over fd, a file like an eventfd whose reads do not block.
func New(fd int) (*Bell, error) {
	unix.CloseOnExec(fd)
	b := &Bell{fd: fd, file: os.NewFile(uintptr(fd), "bell"), deadline: kernel.Forever}
	raw, err := b.file.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("bell: poll file %d: %w", fd, err)
	}
	b.raw, b.poll = raw, b.look
	return b, nil
}

// Wait blocks until there are kicks, or until deadline, and tells which. It takes the kicks.
func (b *Bell) Wait(deadline kernel.Instant) bool {
	if deadline <= Now() {
		return Take(b.fd)
	}
	b.arm(deadline)
	b.slept = false
	err := b.raw.Read(b.poll)
	switch {
	case err == nil:
		return b.rung
	case errors.Is(err, os.ErrDeadlineExceeded):
		return b.takeAwake()
	}
	panic(fmt.Sprintf("bell: wait on file %d: %v", b.fd, err))
}

// look takes the kicks, if there are some: then the wait is over.
func (b *Bell) look(uintptr) bool {
	if b.slept {
		b.rung = b.takeAwake()
	} else {
		b.slept, b.rung = true, Take(b.fd)
	}
	return b.rung
}

// takeAwake is Take as an ordinary system call.
func (b *Bell) takeAwake() bool {
	size, err := unix.Read(b.fd, b.count[:])
	return err == nil && size == len(b.count)
}

// arm tells the poller the deadline, if it is a new one.
func (b *Bell) arm(deadline kernel.Instant) {
	if deadline == b.deadline {
		return
	}
	var t time.Time // none
	if deadline != kernel.Forever {
		t = time.Now().Add(deadline.Sub(Now()))
	}
	if err := b.file.SetReadDeadline(t); err != nil {
		panic(fmt.Sprintf("bell: set a deadline on file %d: %v", b.fd, err))
	}
	b.deadline = deadline
}
