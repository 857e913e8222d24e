package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// Struct utsname: fields of so many bytes.
const nameBytes = 65

// names is what uname says. A release before 5.3 spares us calls that Go would try on later ones.
var names = [...]string{"Linux", "skerry", "4.19.0-skerry", "#1", "x86_64", "(none)"}

func (p *Process) uname(th *thread.Thread) int64 {
	for i, name := range names {
		for j := range nameBytes {
			p.scratch[j] = 0
			if j < len(name) {
				p.scratch[j] = name[j]
			}
		}
		if !p.Space.CopyOut(th.Frame.DI+uint64(i)*nameBytes, p.scratch[:nameBytes]) {
			return errno.EFAULT
		}
	}
	return 0
}

// sysinfo fills struct sysinfo, 14 words: the time since start, three loads, all memory and what is
// free of it, four kinds of memory that there are not, the number of threads, two more, and the
// unit.
func (p *Process) sysinfo(th *thread.Thread) int64 {
	frames := p.Space.Tables.Frames
	words := [14]uint64{0: p.Machine.Now() / second, 4: frames.Total() * layout.PageBytes,
		5: (frames.Total() - frames.Used()) * layout.PageBytes, 10: 1, 13: 1}
	return orFault(p.store(th.Frame.DI, words[:]), 0)
}

// prlimit tells limits; to set one does nothing.
func (p *Process) prlimit(th *thread.Thread) int64 {
	const stack, openFiles, last, unlimited = 3, 7, 15, ^uint64(0)
	f := &th.Frame
	limit := unlimited
	switch resource := uint32(f.SI); {
	case uint32(f.DI) > processID:
		return errno.ESRCH
	case resource > last:
		return errno.EINVAL
	case resource == stack:
		limit = layout.StackSize
	case resource == openFiles:
		limit = descriptorsMax
	}
	return orFault(f.R10 == 0 || p.store(f.R10, []uint64{limit, limit}), 0)
}

// prctl knows no options: those that Go tries are hints.
func (p *Process) prctl(*thread.Thread) int64 { return errno.EINVAL }

func (p *Process) getrandom(th *thread.Thread) int64 {
	at, size := th.Frame.DI, min(th.Frame.SI, transferMax)
	for done := uint64(0); done < size; {
		n := min(size-done, scratchBytes)
		p.Machine.Random(p.scratch[:n])
		if !p.Space.CopyOut(at+done, p.scratch[:n]) {
			return partial(done, errno.EFAULT)
		}
		done += n
	}
	return int64(size)
}
