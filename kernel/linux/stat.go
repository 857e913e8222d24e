package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/files"
	"skerry/kernel/thread"
)

func (p *Process) fstat(th *thread.Thread, o *open) int64 { return p.statOpen(o, th.Frame.SI) }

func (p *Process) newfstatat(th *thread.Thread) int64 {
	const emptyPath = 0x1000
	f := &th.Frame
	path, e := p.loadPath(f.SI)
	if o := p.file(f.DI); e == 0 && len(path) == 0 && f.R10&emptyPath != 0 && o != nil {
		return p.statOpen(o, f.DX)
	}
	node, e := p.find(f.DI, f.SI)
	if e < 0 {
		return e
	}
	return p.storeStat(f.DX, node)
}

func (p *Process) statOpen(o *open, at uint64) int64 {
	const modeDevice, modeNone = 0o020666, 0o000600 // eventfds and epolls have no type
	s := files.Stat{Links: 1, Mode: modeNone}
	switch o.kind {
	case regular:
		return p.storeStat(at, o.node)
	case console, null:
		s.Mode = modeDevice
	}
	return orFault(p.Space.CopyOut(at, s.Bytes()), 0)
}

func (p *Process) storeStat(at uint64, node files.Node) int64 {
	var s files.Stat
	p.Files.Stat(node, &s)
	return orFault(p.Space.CopyOut(at, s.Bytes()), 0)
}

// entryName is the offset of the name in struct linux_dirent64, whose end is zeros, and whose size
// is a multiple of 8.
const entryName = 19

func (p *Process) getdents(th *thread.Thread, o *open) int64 {
	f := &th.Frame
	if o.kind != regular || !p.Files.Directory(o.node) {
		return errno.ENOTDIR
	}
	done := uint64(0)
	for {
		node, name, next, ok := p.Files.Next(o.node, o.offset)
		if !ok {
			return int64(done)
		}
		size := (entryName + uint64(len(name)) + 8) &^ 7 // with a zero at least
		if size > uint64(uint32(f.DX))-done {
			return partial(done, errno.EINVAL)
		}
		p.makeEntry(node, name, next, size)
		if !p.Space.CopyOut(f.SI+done, p.scratch[:size]) {
			return partial(done, errno.EFAULT)
		}
		done += size
		o.offset = next
	}
}

// makeEntry writes a struct linux_dirent64 to scratch memory: inode, position of the next, size,
// type, name.
func (p *Process) makeEntry(node files.Node, name []byte, next, size uint64) {
	const typeDirectory, typeRegular = 4, 8
	b := &p.scratch
	for i := range b {
		b[i] = 0
	}
	putWord(b[0:8], uint64(node))
	putWord(b[8:16], next)
	putWord(b[16:18], size)
	b[18] = typeRegular
	if p.Files.Directory(node) {
		b[18] = typeDirectory
	}
	for i, c := range name {
		b[entryName+i%files.NameMax] = c
	}
}
