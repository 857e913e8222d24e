package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
)

const (
	processID = 1
	second    = 1_000_000_000
)

func (p *Process) zero(*drivercall.Area) int64 { return 0 }

func (p *Process) getpid(*drivercall.Area) int64 { return processID }

// names is what uname says. A release before 5.3 spares us calls that Go would try on later ones.
var names = [...]string{"Linux", "skerry", "4.19.0-skerry", "#1", "x86_64", "(none)"}

// uname fills struct utsname: fields that end in zeros.
func (p *Process) uname(a *drivercall.Area) int64 {
	var fields [len(names)][65]byte
	for i, name := range names {
		for j := range len(name) {
			fields[i][j%65] = name[j]
		}
	}
	store(a.Frame.DI, fields)
	return 0
}

// prlimit tells limits; to set one does nothing.
func (p *Process) prlimit(a *drivercall.Area) int64 {
	const stack, openFiles, last, unlimited = 3, 7, 15, ^uint64(0)
	limit := unlimited
	switch resource := uint32(a.Frame.SI); {
	case resource > last:
		return errno.EINVAL
	case resource == stack:
		limit = layout.StackSize
	case resource == openFiles:
		limit = descriptorsMax
	}
	if at := a.Frame.R10; at != 0 {
		store(at, [2]uint64{limit, limit})
	}
	return 0
}

// sysinfo fills struct sysinfo: the time since start, memory and what is free of it, the unit of
// that, and zeros.
func (p *Process) sysinfo(a *drivercall.Area) int64 {
	total, used := p.Machine.Memory()
	store(a.Frame.DI, [14]uint64{0: p.Machine.Now() / second, 4: total, 5: total - used, 13: 1})
	return 0
}

// clockGettime tells the same two clocks as the vDSO, to who does not ask that.
func (p *Process) clockGettime(a *drivercall.Area) int64 {
	const realtime, monotonic = 0, 1
	now := p.Machine.Now()
	switch a.Frame.DI {
	case realtime:
		now = p.wallTime()
	case monotonic:
	default:
		return errno.EINVAL
	}
	store(a.Frame.SI, [2]uint64{now / second, now % second})
	return 0
}

func (p *Process) wallTime() uint64 { return p.Machine.Now() + p.Machine.Wall() }

// prctl knows no options: those that Go tries are hints.
func (p *Process) prctl(*drivercall.Area) int64 { return errno.EINVAL }

// getaffinity tells of one processor.
func (p *Process) getaffinity(a *drivercall.Area) int64 {
	const bytesMin = 8
	if bytes := a.Frame.SI; bytes < bytesMin || bytes%8 != 0 {
		return errno.EINVAL
	}
	store(a.Frame.DX, uint64(1))
	return bytesMin
}

func (p *Process) getcwd(a *drivercall.Area) int64 {
	if a.Frame.SI < 2 {
		return errno.ERANGE
	}
	store(a.Frame.DI, [2]byte{'/'})
	return 2
}
