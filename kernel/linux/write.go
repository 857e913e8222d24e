package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// write waits until all is written to a console; an eventfd that is full refuses.
func (p *Process) write(th *thread.Thread, _ *open) int64 {
	p.written[th.ID()-1] = 0
	return p.writeOn(th)
}

// writeOn goes on with a write.
func (p *Process) writeOn(th *thread.Thread) int64 {
	result := p.tryWrite(th)
	if result != errno.EAGAIN || p.file(th.Frame.DI).kind != console {
		return result
	}
	p.unfinished |= 1 << (th.ID() - 1) // the console does not say when it has room again
	p.Threads.Wait(thread.Sleep, 0, p.Machine.Now()+retryNanos)
	return settled
}

// tryWrite is writeOn; EAGAIN if there is no room yet.
func (p *Process) tryWrite(th *thread.Thread) int64 {
	at, size := th.Frame.SI, th.Frame.DX
	o := p.file(th.Frame.DI)
	if o == nil || !o.writable() {
		return errno.EBADF
	}
	switch o.kind {
	case console:
		return p.writeConsole(th, at, size)
	case null:
		return int64(min(size, transferMax))
	case urandom:
		return p.writeRandom(at, min(size, transferMax))
	case regular:
		if o.flags&appending != 0 {
			o.offset = p.Files.Size(o.node)
		}
		n := p.writeFile(o, o.offset, at, size)
		o.offset += uint64(max(n, 0))
		return n
	case event:
		return p.writeEvent(o, at, size)
	}
	return errno.EINVAL
}

// writeConsole counts in written what the console has taken before it was full.
func (p *Process) writeConsole(th *thread.Thread, at, size uint64) int64 {
	done := &p.written[th.ID()-1]
	for *done < size {
		chunk := p.Space.Slice(at+*done, size-*done)
		if chunk == nil {
			return partial(*done, errno.EFAULT)
		}
		taken := p.Machine.Write(chunk)
		*done += taken
		if taken < uint64(len(chunk)) {
			return errno.EAGAIN
		}
	}
	return int64(size)
}

// writeFile copies to a file from an offset on, or to its end: if that was asked for at opening,
// then even where the call gives an offset.
func (p *Process) writeFile(o *open, offset, at, size uint64) int64 {
	if o.flags&appending != 0 {
		offset = p.Files.Size(o.node)
	}
	size = min(size, transferMax)
	done := uint64(0)
	for done < size {
		chunk := p.Space.Slice(at+done, size-done)
		if chunk == nil {
			return partial(done, errno.EFAULT)
		}
		n, e := p.Files.Write(o.node, offset+done, chunk, p.wallTime())
		if e < 0 {
			return partial(done, e)
		}
		done += n
	}
	return int64(done)
}

func (p *Process) pwrite(th *thread.Thread, o *open) int64 {
	if !o.writable() {
		return errno.EBADF
	}
	return p.transferAt(th, o, (*Process).writeFile)
}

// ftruncate sets the size of a file in /tmp.
func (p *Process) ftruncate(th *thread.Thread, o *open) int64 {
	if o.kind != regular || !o.writable() || int64(th.Frame.SI) < 0 {
		return errno.EINVAL
	}
	return p.Files.Truncate(o.node, th.Frame.SI, p.wallTime())
}
