package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
)

// read waits if there is nothing yet.
func (p *Process) read(a *drivercall.Area, o *open) int64 {
	if o.flags&nonblocking != 0 {
		return p.tryRead(a)
	}
	return p.patiently(a, 0, (*Process).tryRead)
}

// tryRead is read; EAGAIN if there is nothing yet.
func (p *Process) tryRead(a *drivercall.Area) int64 {
	at, size := a.Frame.SI, a.Frame.DX
	o := p.file(a.Frame.DI)
	if o == nil || !o.readable() {
		return errno.EBADF
	}
	switch o.kind {
	case console:
		return p.readConsole(at, size)
	case null:
		return 0
	case urandom:
		return p.readRandom(at, size)
	case regular:
		n := p.readFile(o, o.offset, at, size)
		o.offset += uint64(max(n, 0))
		return n
	case event, bell:
		return p.readCount(o, at, size)
	}
	return errno.EINVAL
}

func (p *Process) readConsole(at, size uint64) int64 {
	if size == 0 {
		return 0
	}
	n, open := p.Machine.Read(p.scratch[:min(size, scratchBytes)])
	switch {
	case !open:
		return 0
	case n == 0:
		return errno.EAGAIN
	}
	return int64(copy(bytesAt(at, n), p.scratch[:]))
}

// readFile copies what a file has from an offset on.
func (p *Process) readFile(o *open, offset, at, size uint64) int64 {
	if p.Files.Directory(o.node) {
		return errno.EISDIR
	}
	size = min(size, p.Files.Size(o.node)) // what lies behind need not be memory
	return int64(p.Files.Read(o.node, offset, bytesAt(at, size)))
}

// readCount takes the count of an eventfd or of the bell, once it is not 0.
func (p *Process) readCount(o *open, at, size uint64) int64 {
	count := p.count(o)
	switch {
	case size < 8:
		return errno.EINVAL
	case count == 0:
		return errno.EAGAIN
	}
	store(at, count)
	if o.kind == bell {
		p.rings += count
		return 8
	}
	o.offset = 0
	p.notify(o) // there is room again
	return 8
}

// count returns how much of a count was not read.
func (p *Process) count(o *open) uint64 {
	if o.kind == bell {
		return p.Machine.Rings() - p.rings
	}
	return o.offset
}

func (p *Process) pread(a *drivercall.Area, o *open) int64 {
	if !o.readable() {
		return errno.EBADF
	}
	return p.transferAt(a, o, (*Process).readFile)
}

// transferAt is a pread or pwrite.
func (p *Process) transferAt(a *drivercall.Area, o *open,
	transfer func(p *Process, o *open, offset, at, size uint64) int64,
) int64 {
	f := &a.Frame
	switch {
	case int64(f.R10) < 0:
		return errno.EINVAL
	case o.kind != regular:
		return errno.ESPIPE
	}
	return transfer(p, o, f.R10, f.SI, f.DX)
}

// lseek moves in a file; in a directory, positions are those of getdents.
func (p *Process) lseek(a *drivercall.Area, o *open) int64 {
	f := &a.Frame
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
