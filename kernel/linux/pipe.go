package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
)

// pipeBytes is the room in a pipe, one page; as Linux's PIPE_BUF, what is not more goes in whole.
const pipeBytes = layout.PageBytes

func (p *Process) pipe(th *thread.Thread) int64 {
	flags := th.Frame.SI & nonblocking
	in, ok := p.newOpen(reader, flags|readOnly)
	if !ok {
		return errno.EMFILE
	}
	out, ok := p.newOpen(writer, flags|writeOnly)
	if !ok {
		p.drop(in)
		return errno.EMFILE
	}
	page, ok := p.Space.Tables.Frames.Take()
	if !ok {
		p.drop(in)
		p.drop(out)
		return errno.ENOMEM
	}
	p.open[in].page, p.open[in].peer, p.open[out].peer = page, out+1, in+1
	from, to := p.describe(in, 0), p.describe(out, 0)
	if from < 0 || to < 0 || !p.Space.Store32(th.Frame.DI, uint32(from)) ||
		!p.Space.Store32(th.Frame.DI+4, uint32(to)) {
		return errno.EFAULT
	}
	return 0
}

// closePipe closes an end of a pipe. The page belongs to the reader.
func (p *Process) closePipe(i uint64) {
	o := &p.open[i]
	if o.kind == reader && o.page != 0 {
		p.Space.Tables.Frames.Put(o.page)
	}
	if o.peer != 0 {
		p.open[o.peer-1].peer = 0
		p.notify(o.peer - 1)
	}
}

func (p *Process) readPipe(i, at, size uint64) int64 {
	o := &p.open[i]
	if o.put == o.offset {
		if o.peer == 0 {
			return 0
		}
		return errno.EAGAIN
	}
	done := uint64(0)
	for done < size && o.offset < o.put {
		within := o.offset % pipeBytes
		n := min(size-done, o.put-o.offset, pipeBytes-within)
		chunk := p.Space.Tables.Memory.Bytes(o.page+phys.Addr(within), n)
		if !p.Space.CopyOut(at+done, chunk) {
			return partial(done, errno.EFAULT)
		}
		o.offset += n
		done += n
	}
	if o.peer != 0 {
		p.notify(o.peer - 1)
	}
	return int64(done)
}

// writePipe writes what there is room for, but up to a page only all at once.
func (p *Process) writePipe(i, at, size uint64) int64 {
	if p.open[i].peer == 0 {
		p.Signals.Send(&p.Threads, sigPipe)
		return errno.EPIPE
	}
	other := p.open[i].peer - 1
	o := &p.open[other]
	room := pipeBytes - (o.put - o.offset)
	if room == 0 || size <= pipeBytes && size > room {
		return errno.EAGAIN
	}
	size = min(size, room)
	done := uint64(0)
	for done < size {
		within := o.put % pipeBytes
		chunk := p.Space.Slice(at+done, min(size-done, pipeBytes-within))
		if chunk == nil {
			return partial(done, errno.EFAULT)
		}
		p.Space.Tables.Memory.Store(o.page+phys.Addr(within), chunk)
		o.put += uint64(len(chunk))
		done += uint64(len(chunk))
	}
	p.notify(other)
	return int64(done)
}

func (p *Process) readyPipe(o *open) (events uint32) {
	switch {
	case o.kind == reader && o.put != o.offset:
		events = pollIn
	case o.kind == writer && o.peer != 0:
		other := &p.open[o.peer-1]
		if other.put-other.offset < pipeBytes {
			events = pollOut
		}
	}
	switch {
	case o.peer != 0:
	case o.kind == reader:
		events |= pollHangUp
	default:
		events |= pollError
	}
	return events
}
