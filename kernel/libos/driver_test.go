package main

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// call has a thread of the program make a system call, which comes to the libOS.
func (r *rig) call(th *task, number uint64, args ...uint64) {
	g := &th.regs
	for i, to := range []*uint64{&g.Rdi, &g.Rsi, &g.Rdx, &g.R10, &g.R8, &g.R9} {
		if i < len(args) {
			*to = args[i]
		}
	}
	g.Rax, g.Rcx, g.R11, g.Rip = number, g.Rip, uint64(th.id), r.libos.Call
}

// serve serves a system call of the libOS's.
func (r *rig) serve(th *task) {
	g := &th.regs
	result := int64(0)
	switch g.Rax {
	case sysFutex:
		result = r.futex(th)
	case drivercall.Return:
		th.goOn(get[thread.Frame](r, g.Rdi))
		return
	case drivercall.Interrupt:
		to := r.threads[g.Rdi-1]
		if r.unmarked {
			put(r, to.dueAt(), uint64(0))
		}
		r.interrupt(to)
	case drivercall.Kill:
		f := get[thread.Frame](r, g.Rsi)
		r.killed = [4]uint64{g.Rdi, f.IP, f.Vector, g.Rdx}
	case drivercall.Random, drivercall.Memory:
	default:
		r.Fatalf("the libOS makes call %d at %#x", g.Rax, g.Rip)
	}
	g.Rcx, g.R11, g.Rax = g.Rip+2, g.Eflags, uint64(result)
	g.Rip += 2
}

func (r *rig) futex(th *task) int64 {
	g := &th.regs
	if g.Rsi == futexWait {
		if get[uint32](r, g.Rdi) != uint32(g.Rdx) {
			return errno.EAGAIN
		}
		th.parked = g.Rdi
		return 0
	}
	for _, other := range r.threads {
		if other.parked == g.Rdi {
			other.parked = 0
		}
	}
	return 0
}

// interrupt does as package process.
func (r *rig) interrupt(th *task) {
	g := &th.regs
	switch {
	case !r.isHere(th):
		put(r, th.areaAt()+drivercall.AreaFrame, th.frame())
		put(r, th.areaAt()+drivercall.AreaID-8, drivercall.Interrupted)
		g.R11, g.Rip = uint64(th.id), r.libos.Upcall
	case g.Rip >= r.libos.Tail && g.Rip < r.libos.TailEnd && !r.deaf:
		g.R11, g.Rip = th.areaAt(), r.libos.Tail
	}
}

// fault has the driver send a thread to where exceptions of the libOS itself go.
func (r *rig) fault(th *task, place, vector, address uint64) {
	g := &th.regs
	g.R11, g.Rbx, g.Rcx, g.Rdi, g.Rip = uint64(th.id), place, vector, address, r.libos.Fault
}

// finish has threads go on until all are out of the libOS, the last one first.
func (r *rig) finish() {
	for {
		var next *task
		for _, th := range r.threads {
			if r.isHere(th) && th.parked == 0 {
				next = th
			}
		}
		if next == nil {
			return
		}
		r.step(next)
	}
}
