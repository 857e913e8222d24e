package linux

import (
	"syscall"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
)

const (
	events  = buffer + 4 // not a multiple of 8
	event1  = buffer + 0x100
	counter = buffer + 0x200
	atRoot  = 0xffff_ff9c // AT_FDCWD
)

// poller returns a rig with what Go's netpoller has: an epoll with an eventfd, level-triggered,
// and the bell, edge-triggered.
func poller(t *testing.T) (r *rig, epoll, event, bell uint64) {
	r = newRig(t)
	epoll = uint64(r.call(syscall.SYS_EPOLL_CREATE1, 0x80000))
	event = uint64(r.call(syscall.SYS_EVENTFD2, 0, 0x80800))
	bell = uint64(r.call(syscall.SYS_OPENAT, atRoot, r.path(drivercall.Bell), 0x80800))
	r.putEvent(pollIn, 0x1111)
	r.want(0, syscall.SYS_EPOLL_CTL, epoll, pollAdd, event, event1)
	r.putEvent(pollIn|pollOut|pollEdge|0x2000, 0x2222)
	r.want(0, syscall.SYS_EPOLL_CTL, epoll, pollAdd, bell, event1)
	return r, epoll, event, bell
}

func (r *rig) putEvent(mask uint32, data uint64) {
	store(event1, interest{mask, [2]uint32{uint32(data), uint32(data >> 32)}})
}

func (r *rig) wantEvent(i int, mask uint32, data uint64) {
	r.Helper()
	got := load[interest](events + uint64(i)*eventBytes)
	if want := (interest{mask, [2]uint32{uint32(data), uint32(data >> 32)}}); got != want {
		r.Errorf("event %d is %#x: want %#x", i, got, want)
	}
}

// The bell wakes who waits for it, once for each time that it rings; an eventfd does until it is
// read.
func TestPoll(t *testing.T) {
	r, epoll, event, bell := poller(t)
	wait := func(want int64, millis int64) {
		t.Helper()
		r.want(want, syscall.SYS_EPOLL_PWAIT, epoll, events, 128, uint64(uint32(millis)))
	}
	wait(0, 0)
	wait(waiting, -1)
	if r.resume(1 << 40) {
		t.Fatal("goes on without an event")
	}
	th := r.th
	r.ring()
	if !r.resume(0) || th.Frame.AX != 1 {
		t.Fatalf("%d events: want 1", int64(th.Frame.AX))
	}
	r.wantEvent(0, pollIn, 0x2222)
	wait(0, 0)
	r.ring()
	wait(1, -1)
	r.want(8, syscall.SYS_READ, bell, counter, 8)
	if n := load[uint64](counter); n != 2 {
		t.Errorf("the bell has rung %d times: want 2", n)
	}
	r.want(errno.EAGAIN, syscall.SYS_READ, bell, counter, 8)
	wait(0, 0)

	r.put(counter, 1)
	r.want(8, syscall.SYS_WRITE, event, counter, 8)
	for range 3 {
		wait(1, -1)
		r.wantEvent(0, pollIn, 0x1111)
	}
	r.ring()
	wait(2, -1)
	r.want(8, syscall.SYS_READ, event, counter, 8)
	wait(waiting, 5)
	r.resume(1_000_000)
	if !r.th.waits {
		t.Error("5 ms are over after 1")
	}
	if !r.resume(5_000_000) || th.Frame.AX != 0 {
		t.Errorf("result %d after 5 ms: want 0", int64(th.Frame.AX))
	}
	if err := r.invariants(); err != nil {
		t.Error(err)
	}
}

// Events that are told once are not lost by a fault at a later one.
func TestFaultsLoseNoEvents(t *testing.T) {
	r, epoll, event, _ := poller(t)
	r.putEvent(pollIn|pollEdge, 0x1111)
	r.want(0, syscall.SYS_EPOLL_CTL, epoll, pollReplace, event, event1)
	r.put(counter, 1)
	r.want(8, syscall.SYS_WRITE, event, counter, 8)
	r.ring()
	r.want(errno.EFAULT, syscall.SYS_EPOLL_PWAIT, epoll, bufferEnd-eventBytes, 2, 0)
	r.want(2, syscall.SYS_EPOLL_PWAIT, epoll, events, 2, 0)
	r.wantEvent(0, pollIn, 0x1111)
	r.wantEvent(1, pollIn, 0x2222)
	r.want(0, syscall.SYS_EPOLL_PWAIT, epoll, events, 2, 0)
}

// Epolls refuse what they cannot watch, and forget what is closed.
func TestPollControl(t *testing.T) {
	r, epoll, event, bell := poller(t)
	file := uint64(r.call(syscall.SYS_OPENAT, atRoot, r.path("/a"), 0))
	control := func(want int64, operation, fd uint64) {
		t.Helper()
		r.want(want, syscall.SYS_EPOLL_CTL, epoll, operation, fd, event1)
	}
	control(errno.EPERM, pollAdd, file)
	control(errno.EPERM, pollAdd, 0)
	control(errno.EINVAL, pollAdd, epoll)
	control(errno.EBADF, pollAdd, 77)
	control(errno.EEXIST, pollAdd, event)
	control(0, pollReplace, event)
	control(0, pollRemove, event)
	control(errno.ENOENT, pollRemove, event)
	control(errno.EINVAL, 0, event)
	r.want(errno.EBUSY, syscall.SYS_OPENAT, atRoot, r.path(drivercall.Bell), 0)
	r.want(0, syscall.SYS_CLOSE, bell)
	r.ring()
	r.want(0, syscall.SYS_EPOLL_PWAIT, epoll, events, 128, 0)
	r.want(int64(bell), syscall.SYS_OPENAT, atRoot, r.path(drivercall.Bell), 0)
	control(0, pollAdd, bell)
	r.want(1, syscall.SYS_EPOLL_PWAIT, epoll, events, 128, 0) // it has rung before
	control(0, pollAdd, event)
	r.want(0, syscall.SYS_CLOSE, epoll)
	control2 := uint64(r.call(syscall.SYS_EPOLL_CREATE1, 0))
	r.want(0, syscall.SYS_EPOLL_CTL, control2, pollAdd, event, event1)
	if err := r.invariants(); err != nil {
		t.Error(err)
	}
}

// A read of the console waits for input, and a descriptor that blocks waits for the bell.
func TestReadWaits(t *testing.T) {
	r := newRig(t)
	th := r.th
	r.want(waiting, syscall.SYS_READ, 0, buffer, 100)
	r.typed("hello\n")
	if !r.resume(0) || th.Frame.AX != 6 || string(r.get(buffer, 6)) != "hello\n" {
		t.Errorf("read %d bytes: want hello", int64(th.Frame.AX))
	}
	r.want(waiting, syscall.SYS_READ, 0, buffer, 100)
	r.ended = true
	r.typed("")
	if !r.resume(0) || th.Frame.AX != 0 {
		t.Errorf("read %d bytes at the end: want 0", int64(th.Frame.AX))
	}
	bell := uint64(r.call(syscall.SYS_OPENAT, atRoot, r.path(drivercall.Bell), 0))
	r.want(waiting, syscall.SYS_READ, bell, counter, 8)
	r.ring()
	if !r.resume(0) || th.Frame.AX != 8 || load[uint64](counter) != 1 {
		t.Errorf("read %d bytes of the bell: want 8", int64(th.Frame.AX))
	}
}

// A write to a full console waits, and all of it comes out once and in order, whatever signals
// come.
func TestWriteWaits(t *testing.T) {
	r := newRig(t)
	text := make([]byte, 9000)
	for i := range text {
		text[i] = byte(i / 7)
	}
	r.want(2, syscall.SYS_CLONE, 0x50f00, bufferEnd)
	r.handle(10)
	r.putText(buffer+500, string(text))
	r.room = 100
	writer := r.th
	writer.Frame.SP = bufferEnd - 8
	r.want(waiting, syscall.SYS_WRITE, 1, buffer+500, 9000)
	r.th = r.threads[1]
	for turns := 0; writer.waits; turns++ {
		r.room = 1000
		if turns%2 == 0 {
			r.want(0, syscall.SYS_TGKILL, 1, 1, 10)
		}
		if r.resume(retryNanos); turns > 10 {
			t.Fatal("a write never ends")
		}
	}
	if r.output.String() != string(text) || writer.Frame.IP != imageAt {
		t.Errorf("%d bytes on the console, then %#x: want %d, the same, then the handler",
			r.output.Len(), writer.Frame.IP, len(text))
	}
	r.room = 9000 // one that is not full is not waited for
	r.want(9000, syscall.SYS_WRITE, 2, buffer, 9000)
}

// handle sets a handler of a signal.
func (r *rig) handle(n uint64) {
	r.put(buffer, imageAt, 0x0400_0000, imageAt, 0)
	r.want(0, syscall.SYS_RT_SIGACTION, n, buffer, 0, 8)
}

// A signal ends a wait, also one that is about to begin, but not if it is blocked.
func TestSignalsEndWaits(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct{ blocked, early bool }{
		{false, false}, {false, true}, {true, false}, {true, true},
	} {
		r.restart()
		r.want(2, syscall.SYS_CLONE, 0x50f00, bufferEnd)
		r.handle(10)
		if r.put(buffer, 1<<(10-1)); c.blocked {
			r.want(0, syscall.SYS_RT_SIGPROCMASK, 0, buffer, 0, 8)
		}
		send := func() {
			r.th = r.threads[1]
			r.want(0, syscall.SYS_TGKILL, 1, 1, 10)
		}
		wait := r.p.Machine.Wait
		r.p.Machine.Wait = func(seen, nanos uint64) {
			if c.early {
				c.early = false
				send()
				r.threads[0].interrupted = false // it does not wait yet
			}
			wait(seen, nanos)
		}
		reader := r.th
		reader.Frame.IP, reader.Frame.SP = bad, bufferEnd-8
		late := !c.early
		r.call(syscall.SYS_READ, 0, buffer, 100)
		if late {
			send()
		}
		r.resume(0)
		if handled := reader.Frame.IP == imageAt; reader.waits != c.blocked ||
			handled == c.blocked {
			t.Errorf("blocked %t, late %t: waits %t, handled %t", c.blocked, late, reader.waits,
				handled)
		}
		r.typed("x")
		if r.resume(0); reader.waits {
			t.Error("waits, though there is input")
		}
	}
}

// A thread that comes while another one is in the process waits until that has left.
func TestLock(t *testing.T) {
	r := newRig(t)
	r.want(2, syscall.SYS_CLONE, 0x50f00, bufferEnd)
	r.preempt = true
	r.want(waiting, syscall.SYS_CLOCK_GETTIME, 1, buffer)
	r.th = r.threads[1]
	r.want(waiting, syscall.SYS_GETPID)
	unparked := 0
	r.p.Machine.Unpark = func(*uint32) { unparked++ }
	if r.resume(1000) || !r.threads[0].waits {
		t.Error("a thread is in the process that another has not left")
	}
	r.preempt = false
	if !r.resume(0) || r.th.Frame.AX != 1 || unparked == 0 {
		t.Errorf("result %d, %d times unparked: want 1, and once", int64(r.th.Frame.AX), unparked)
	}
	if err := r.invariants(); err != nil {
		t.Error(err)
	}
}
