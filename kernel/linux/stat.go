package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/files"
)

func (p *Process) fstat(a *drivercall.Area, o *open) int64 {
	const modeDevice = 0o020666
	s := files.Stat{Links: 1, Mode: modeDevice}
	if o.kind == regular {
		s = p.Files.Stat(o.node)
	}
	store(a.Frame.SI, s)
	return 0
}

func (p *Process) newfstatat(a *drivercall.Area) int64 {
	w, e := p.find(a.Frame.DI, a.Frame.SI)
	if e < 0 {
		return e
	}
	store(a.Frame.DX, p.Files.Stat(w.Node))
	return 0
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

func (p *Process) getdents(a *drivercall.Area, o *open) int64 {
	f := &a.Frame
	if o.kind != regular || !p.Files.Directory(o.node) {
		return errno.ENOTDIR
	}
	position := o.offset
	for done := uint64(0); ; {
		node, name, next := p.Files.Next(o.node, position)
		size := (entryName + uint64(len(name)) + 8) &^ 7
		switch {
		case node != files.None && size <= uint64(uint32(f.DX))-done:
		case node != files.None && done == 0:
			return errno.EINVAL
		default:
			o.offset = position
			return int64(done)
		}
		e := entry{node: uint64(node), next: next, size: uint16(size), kind: typeRegular}
		if p.Files.Directory(node) {
			e.kind = typeDirectory
		}
		copy(e.name[:], name)
		copy(bytesAt(f.SI+done, size), bytesOf(&e))
		done += size
		position = next
	}
}
