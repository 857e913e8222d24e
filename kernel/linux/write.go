package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
)

// write waits until all is written to a console, even if there are signals; an eventfd that is full
// refuses.
func (p *Process) write(a *drivercall.Area, o *open) int64 {
	at, size := a.Frame.SI, a.Frame.DX
	if !o.writable() {
		return errno.EBADF
	}
	switch o.kind {
	case console:
		return p.writeConsole(a, at, size)
	case null:
		return int64(min(size, transferMax))
	case urandom:
		return p.writeRandom(at, size)
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

// writeConsole tries again and again: the console does not say when it has room again.
func (p *Process) writeConsole(a *drivercall.Area, at, size uint64) int64 {
	size = min(size, transferMax)
	for done := uint64(0); done < size; {
		seen := p.Machine.Events()
		n := uint64(copy(p.scratch[:], bytesAt(at+done, size-done)))
		taken := p.Machine.Write(p.scratch[:n])
		done += taken
		if taken == 0 { // it may take a part for other reasons than that it is full
			p.wait(a, seen, retryNanos)
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
	if size == 0 {
		return 0
	}
	from := bytesAt(at, size)
	p.touch(from)
	n, e := p.Files.Write(o.node, offset, from, p.wallTime())
	if e < 0 {
		return e
	}
	return int64(n)
}

// touch reads from each page of some memory: what is not all there faults before anything changes.
func (p *Process) touch(b []byte) {
	for i := 0; i < len(b); i += layout.PageBytes {
		p.scratch[0] = b[i]
	}
	p.scratch[0] = b[len(b)-1]
}

func (p *Process) pwrite(a *drivercall.Area, o *open) int64 {
	if !o.writable() {
		return errno.EBADF
	}
	return p.transferAt(a, o, (*Process).writeFile)
}

// ftruncate sets the size of a file in /tmp.
func (p *Process) ftruncate(a *drivercall.Area, o *open) int64 {
	if o.kind != regular || !o.writable() || int64(a.Frame.SI) < 0 {
		return errno.EINVAL
	}
	return p.Files.Truncate(o.node, a.Frame.SI, p.wallTime())
}
