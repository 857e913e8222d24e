package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/files"
	"skerry/kernel/thread"
)

// Types of what is no file, as bits of st_mode.
const (
	modeDevice = 0o020666 // character device
	modePipe   = 0o010600
	modeNone   = 0o000600 // of eventfds and epolls, which have no type
)

func (p *Process) fstat(th *thread.Thread) int64 {
	return p.statOpen(th.Frame.DI, th.Frame.SI)
}

func (p *Process) newfstatat(th *thread.Thread) int64 {
	f := &th.Frame
	path, e := p.loadPath(&p.path, f.SI)
	if e < 0 {
		return e
	}
	if len(path) == 0 && f.R10&emptyPath != 0 && uint32(f.DI) != fromRoot {
		return p.statOpen(f.DI, f.DX)
	}
	base, e := p.base(f.DI, path)
	if e < 0 {
		return e
	}
	node, e := p.Files.Walk(base, path)
	if e < 0 {
		return e
	}
	return p.statNode(node, f.DX)
}

func (p *Process) statOpen(fd, at uint64) int64 {
	o, _ := p.file(fd)
	if o == nil {
		return errno.EBADF
	}
	mode := uint32(modeNone)
	switch o.kind {
	case regular:
		return p.statNode(o.node, at)
	case console, null:
		mode = modeDevice
	case reader, writer:
		mode = modePipe
	}
	return p.storeStat(at, &files.Stat{Links: 1, Mode: mode})
}

func (p *Process) statNode(node files.Node, at uint64) int64 {
	var s files.Stat
	p.Files.Stat(node, &s)
	return p.storeStat(at, &s)
}

func (p *Process) storeStat(at uint64, s *files.Stat) int64 {
	if !p.Space.CopyOut(at, s.Bytes()) {
		return errno.EFAULT
	}
	return 0
}

// Struct linux_dirent64: inode, position after it, size of the record, type; then the name and a
// zero.
const (
	entrySize = 16
	entryType = 18
	entryName = 19
	typeDir   = 4
	typeFile  = 8
)

func (p *Process) getdents(th *thread.Thread) int64 {
	f := &th.Frame
	o, _ := p.file(f.DI)
	switch {
	case o == nil:
		return errno.EBADF
	case o.kind != regular || !p.Files.Directory(o.node):
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

// makeEntry writes an entry of a directory to the process's scratch memory.
func (p *Process) makeEntry(node files.Node, name []byte, next, size uint64) {
	b := &p.scratch
	for i := range size {
		b[i%scratchBytes] = 0
	}
	putWord(b[0:], uint64(node))
	putWord(b[8:], next)
	b[entrySize], b[entrySize+1] = byte(size), byte(size>>8)
	b[entryType] = typeFile
	if p.Files.Directory(node) {
		b[entryType] = typeDir
	}
	for i, c := range name {
		b[entryName+i%files.NameMax] = c
	}
}

// putWord writes a number as memory has it.
func putWord(b []byte, v uint64) {
	_ = b[7]
	for i := range uint(8) {
		b[i] = byte(v >> (8 * i))
	}
}

// getWord reads a number of some bytes.
func getWord(b []byte, bytes uint) (v uint64) {
	for i := range bytes {
		v |= uint64(b[i]) << (8 * i)
	}
	return v
}
