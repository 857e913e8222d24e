package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// consoleKey is what those wait for who read from the console; a file's key is its place, plus 1.
const consoleKey = ^uint64(0)

func (o *open) key() uint64 {
	if o.kind == console {
		return consoleKey
	}
	return o.place + 1
}

// read waits if there is nothing yet.
func (p *Process) read(th *thread.Thread, o *open) int64 {
	result := p.tryRead(th)
	if result == errno.EAGAIN && o.flags&nonblocking == 0 {
		o.awaited = true
		p.Threads.Wait(thread.Read, o.key(), 0)
		return settled
	}
	return result
}

// retry goes on with the reads that wait for a key, in their order, as far as it gets.
func (p *Process) retry(key uint64) {
	for range thread.ThreadsMax {
		th := p.Threads.First(thread.Read, key)
		if th == nil {
			return
		}
		result := p.tryRead(th)
		if result == errno.EAGAIN {
			return
		}
		p.Threads.Wake(th, result)
	}
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
	case !p.Space.Store64(at, *count):
		return errno.EFAULT
	}
	*count = 0
	p.notify(o) // there is room again
	return 8
}

func (p *Process) pread(th *thread.Thread, o *open) int64 {
	f := &th.Frame
	switch {
	case !o.readable():
		return errno.EBADF
	case int64(f.R10) < 0:
		return errno.EINVAL
	case o.kind != regular:
		return errno.ESPIPE
	}
	return p.readFile(o, f.R10, f.SI, f.DX)
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
