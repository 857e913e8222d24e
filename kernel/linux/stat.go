package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/files"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

func (p *Process) fstat(th *thread.Thread, o *open) int64 {
	const modeDevice = 0o020666
	s := files.Stat{Links: 1, Mode: modeDevice}
	if o.kind == regular {
		s = p.Files.Stat(o.node)
	}
	return orFault(vm.Store(&p.Space, th.Frame.SI, s), 0)
}

func (p *Process) newfstatat(th *thread.Thread) int64 {
	w, e := p.find(th.Frame.DI, th.Frame.SI)
	if e < 0 {
		return e
	}
	return orFault(vm.Store(&p.Space, th.Frame.DX, p.Files.Stat(w.Node)), 0)
}

// entry is struct linux_dirent64. Its size is a multiple of 8, with a zero behind the name.
type entry struct {
	node, next uint64
	size       uint16
	kind       uint8
	name       [files.NameMax + 6]byte
}

const (
	entryName                  = 19 // the offset of name
	typeDirectory, typeRegular = 4, 8
)

func (p *Process) getdents(th *thread.Thread, o *open) int64 {
	f := &th.Frame
	if o.kind != regular || !p.Files.Directory(o.node) {
		return errno.ENOTDIR
	}
	for done := uint64(0); ; {
		node, name, next := p.Files.Next(o.node, o.offset)
		size := (entryName + uint64(len(name)) + 8) &^ 7
		switch {
		case node == files.None:
			return int64(done)
		case size > uint64(uint32(f.DX))-done:
			return partial(done, errno.EINVAL)
		}
		e := entry{node: uint64(node), next: next, size: uint16(size), kind: typeRegular}
		if p.Files.Directory(node) {
			e.kind = typeDirectory
		}
		for i, c := range name {
			e.name[i%files.NameMax] = c
		}
		if !p.Space.CopyOut(f.SI+done, phys.BytesOf(&e)[:size]) {
			return partial(done, errno.EFAULT)
		}
		done += size
		o.offset = next
	}
}
