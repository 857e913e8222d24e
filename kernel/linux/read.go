package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// read waits if there is nothing yet.
func (p *Process) read(th *thread.Thread, o *open) int64 {
	result := p.tryRead(th)
	if result == errno.EAGAIN && o.flags&nonblocking == 0 {
		return p.await(o, 0)
	}
	return result
}

// await has the running thread wait until there is something to read, or an event.
func (p *Process) await(o *open, deadline uint64) int64 {
	o.awaited = true
	p.Threads.Wait(thread.File, o.fd, deadline)
	return settled
}

// retry goes on with the calls that wait for a file, in their order, as far as it gets.
func (p *Process) retry(o *open) {
	for range thread.ThreadsMax {
		th := p.Threads.First(thread.File, o.fd)
		if th == nil {
			o.awaited = false
			return
		}
		result := p.tryAgain(th)
		if result == errno.EAGAIN {
			return
		}
		p.Threads.Wake(th, result)
	}
}

// tryAgain tries a call that waits again: a read, or an epoll_pwait.
func (p *Process) tryAgain(th *thread.Thread) int64 {
	if th.Frame.AX == sysRead {
		return p.tryRead(th)
	}
	return p.collect(th)
}

// tryRead is read; EAGAIN if there is nothing yet.
func (p *Process) tryRead(th *thread.Thread) int64 {
	at, size := th.Frame.SI, th.Frame.DX
	o := p.file(th.Frame.DI)
	switch {
	case o == nil || !o.readable():
		return errno.EBADF
	case size == 0 && o.kind == console:
		return 0
	}
	switch o.kind {
	case console:
		return p.readConsole(at, size)
	case null:
		return 0
	case urandom:
		return p.readRandom(at, min(size, transferMax))
	case regular:
		n := p.readFile(o, o.offset, at, size)
		o.offset += uint64(max(n, 0))
		return n
	case event:
		return p.readCount(o, &o.offset, at, size)
	case bell:
		return p.readCount(o, &p.rings, at, size)
	}
	return errno.EINVAL
}

func (p *Process) readConsole(at, size uint64) int64 {
	n, open := p.Machine.Read(p.scratch[:min(size, scratchBytes)])
	switch {
	case !open:
		return 0
	case n == 0:
		return errno.EAGAIN
	case !p.Space.CopyOut(at, p.scratch[:min(n, scratchBytes)]):
		return errno.EFAULT
	}
	return int64(n)
}

// readFile copies what a file has from an offset on.
func (p *Process) readFile(o *open, offset, at, size uint64) int64 {
	if p.Files.Directory(o.node) {
		return errno.EISDIR
	}
	size = min(size, transferMax)
	done := uint64(0)
	for done < size {
		chunk := p.Files.Chunk(o.node, offset+done)
		if len(chunk) == 0 {
			break
		}
		chunk = chunk[:min(uint64(len(chunk)), size-done)]
		if !p.Space.CopyOut(at+done, chunk) {
			return partial(done, errno.EFAULT)
		}
		done += uint64(len(chunk))
	}
	return int64(done)
}

// readCount takes the count of an eventfd or of the bell, once it is not 0.
func (p *Process) readCount(o *open, count *uint64, at, size uint64) int64 {
	switch {
	case size < 8:
		return errno.EINVAL
	case *count == 0:
		return errno.EAGAIN
	case !vm.Store(&p.Space, at, *count):
		return errno.EFAULT
	}
	*count = 0
	p.notify(o) // there is room again
	return 8
}

func (p *Process) pread(th *thread.Thread, o *open) int64 {
	if !o.readable() {
		return errno.EBADF
	}
	return p.transferAt(th, o, (*Process).readFile)
}

// transferAt is a pread or pwrite.
func (p *Process) transferAt(th *thread.Thread, o *open,
	transfer func(p *Process, o *open, offset, at, size uint64) int64,
) int64 {
	f := &th.Frame
	switch {
	case int64(f.R10) < 0:
		return errno.EINVAL
	case o.kind != regular:
		return errno.ESPIPE
	}
	return transfer(p, o, f.R10, f.SI, f.DX)
}

// lseek moves in a file; in a directory, positions are those of getdents.
func (p *Process) lseek(th *thread.Thread, o *open) int64 {
	f := &th.Frame
	if o.kind != regular {
		return errno.ESPIPE
	}
	base := uint64(0)
	switch uint32(f.DX) {
	case 0: // SEEK_SET
	case 1: // SEEK_CUR
		base = o.offset
	case 2: // SEEK_END
		base = p.Files.Size(o.node)
	default:
		return errno.EINVAL
	}
	to := base + f.SI // base is not negative: the sum of a positive wraps to a negative
	if int64(to) < 0 {
		return errno.EINVAL
	}
	o.offset = to
	return int64(to)
}
