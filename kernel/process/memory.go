package process

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Flags of mmap.
const (
	mapFixed     = 0x10
	mapAnonymous = 0x20
)

// Advice of madvise that is not just heard.
const (
	adviceDontNeed = 4
	adviceFree     = 8
	adviceLast     = 23 // of those that may be ignored
)

const allProt = uint64(vm.Read | vm.Write | vm.Exec)

func (p *Process) mmap(f *thread.Frame) int64 {
	start, size, prot, flags := f.DI, f.SI, f.DX, f.R10
	switch {
	case flags&mapAnonymous == 0:
		return errno.ENODEV
	case size == 0 || prot&^allProt != 0:
		return errno.EINVAL
	case flags&mapFixed == 0:
		wish := start &^ (layout.PageBytes - 1)
		if kept(wish, size) { // what is there could not be unmapped again
			wish = 0
		}
		at, e := p.Space.MapAnywhere(wish, size, vm.Prot(prot), vm.Zero, 0, 0)
		if e < 0 {
			return e
		}
		return int64(at)
	case kept(start, size):
		return errno.EPERM
	}
	if e := p.Space.Map(start, size, vm.Prot(prot), vm.Zero, 0, 0); e < 0 {
		return e
	}
	return int64(start)
}

func (p *Process) munmap(f *thread.Frame) int64 {
	if kept(f.DI, f.SI) {
		return errno.EPERM
	}
	return p.Space.Unmap(f.DI, f.SI)
}

func (p *Process) mprotect(f *thread.Frame) int64 {
	start, size, prot := f.DI, f.SI, f.DX
	switch {
	case prot&^allProt != 0 || start%layout.PageBytes != 0:
		return errno.EINVAL
	case size == 0:
		return 0
	case kept(start, size):
		return errno.EPERM
	}
	return p.Space.Protect(start, size, vm.Prot(prot))
}

// madvise takes pages back that the process does not need; Go's runtime relies on zeros in their
// place. All other advice is about speed.
func (p *Process) madvise(f *thread.Frame) int64 {
	start, size, advice := f.DI, f.SI, uint32(f.DX)
	switch {
	case start%layout.PageBytes != 0 || advice > adviceLast:
		return errno.EINVAL
	case size == 0 || advice != adviceDontNeed && advice != adviceFree:
		return 0
	}
	return p.Space.Discard(start, size)
}

// kept tells whether a range touches what the driver has mapped: from the temporary files to the
// windows, and from the clock to the pulse. Some of it is shared with other instances, so its
// rights stay as they are.
func kept(start, size uint64) bool {
	const windowsEnd = layout.Windows + layout.CoresMax*layout.BlockBytes
	const pulseEnd = layout.Pulse + layout.PageBytes
	end := start + size
	return end < start || end > layout.Temporary && start < windowsEnd ||
		end > layout.Clock && start < pulseEnd
}

// tellMemory writes how many bytes of memory there are, and how many are in use.
func (p *Process) tellMemory(to uint64) int64 {
	frames := p.Space.Tables.Frames
	return orFault(vm.Store(&p.Space, to,
		[2]uint64{frames.Total() * layout.PageBytes, frames.Used() * layout.PageBytes}))
}

// orFault returns 0, or EFAULT if an address was bad.
func orFault(ok bool) int64 {
	if !ok {
		return errno.EFAULT
	}
	return 0
}
