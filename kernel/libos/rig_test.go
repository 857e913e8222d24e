package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/kernel/thread"
)

// What the rig's program has: instructions that are never reached, and stacks.
const (
	programAt  = 0x6000_0000
	stackBytes = 0x1_0000
)

// rig runs the libOS in a traced process of the test's machine, an instruction at a time, and does
// what the CPU driver would. The process's one thread is each of the program's in turn.
type rig struct {
	testing.TB
	pid    int
	memory *os.File // the process's
	libos  manifest.Libos
	calls  map[uint64]bool // where there are SYSCALL instructions

	threads []*task
	running *task

	killed [4]uint64 // signal, place, vector and address, as the driver was told; none: zeros

	// Planted bugs: who is interrupted in the tail goes on there, or is not told to look.
	deaf, unmarked bool
}

// task is a thread of the program.
type task struct {
	id     thread.ID
	regs   syscall.PtraceRegs
	fx     thread.FX
	parked uint64 // at this word, or 0
}

// newRig returns a process with two threads, which is about to make its first call.
func newRig(t testing.TB) *rig {
	runtime.LockOSThread() // who begins to trace a process has to go on
	c := exec.Command(built)
	c.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	r := &rig{TB: t, pid: c.Process.Pid, calls: map[uint64]bool{}}
	r.await()
	var err error
	if r.memory, err = os.OpenFile("/proc/"+strconv.Itoa(r.pid)+"/mem", os.O_RDWR, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.memory.Close() })
	r.readFile()
	var start syscall.PtraceRegs
	r.must(syscall.PtraceGetRegs(r.pid, &start))
	for id := range thread.ID(2) {
		r.threads = append(r.threads, &task{id: id + 1, regs: start})
		r.threads[id].fx.Reset()
	}
	r.running = r.threads[0]
	for at, size := range map[uint64]uint64{
		layout.Areas: thread.ThreadsMax * layout.AreaBytes, layout.Clock: layout.PageBytes,
		layout.Pulse: layout.PageBytes, layout.Files: 1 << 20,
		programAt: layout.PageBytes + 2*stackBytes,
	} {
		r.mmap(at, size)
	}
	for _, th := range r.threads {
		th.regs.Rip = programAt
	}
	return r
}

func (r *rig) must(err error) {
	if err != nil {
		r.Helper()
		r.Fatal(err)
	}
}

// await waits until the process stops, and tells whether at a step, not a fault.
func (r *rig) await() bool {
	var status syscall.WaitStatus
	_, err := syscall.Wait4(r.pid, &status, 0, nil)
	r.must(err)
	stop := status.StopSignal()
	if !status.Stopped() || stop != syscall.SIGTRAP && stop != syscall.SIGSEGV {
		var regs syscall.PtraceRegs
		syscall.PtraceGetRegs(r.pid, &regs)
		r.Fatalf("status %#x at %#x: want a step", status, regs.Rip)
	}
	return stop == syscall.SIGTRAP
}

// readFile finds the libOS's entries and calls.
func (r *rig) readFile() {
	f, err := elf.Open(built)
	r.must(err)
	defer f.Close()
	symbols, err := f.Symbols()
	r.must(err)
	at := map[string]uint64{}
	for _, s := range symbols {
		at[s.Name] = s.Value
	}
	text := f.Section(".text")
	r.libos = manifest.Libos{
		Call: at["main.callEntry.abi0"], Upcall: at["main.upcallEntry.abi0"],
		Fault: at["main.faultEntry.abi0"],
		Tail:  at["main.tail.abi0"], TailEnd: at["main.tailEnd.abi0"],
		TextStart: text.Addr, TextEnd: text.Addr + text.Size,
	}
	code, err := text.Data()
	r.must(err)
	for i := range code {
		if bytes.HasPrefix(code[i:], []byte{0x0f, 0x05}) {
			r.calls[text.Addr+uint64(i)] = true
		}
	}
}

// mmap maps zeros into the process, by a system call in place of the instruction where it is.
func (r *rig) mmap(at, size uint64) {
	regs := r.threads[0].regs
	old := get[[2]byte](r, regs.Rip)
	put(r, regs.Rip, [2]byte{0x0f, 0x05})
	regs.Rax, regs.Rdi, regs.Rsi, regs.Rdx = syscall.SYS_MMAP, at, size, 3
	regs.R10, regs.R8, regs.R9 = syscall.MAP_FIXED|syscall.MAP_PRIVATE|syscall.MAP_ANON, 1<<64-1, 0
	r.must(syscall.PtraceSetRegs(r.pid, &regs))
	r.must(syscall.PtraceSingleStep(r.pid))
	r.await()
	r.must(syscall.PtraceGetRegs(r.pid, &regs))
	if regs.Rax != at {
		r.Fatalf("mmap at %#x: %d", at, int64(regs.Rax))
	}
	put(r, r.threads[0].regs.Rip, old)
}

// get reads a value from the process's memory, put writes one.
func get[T any](r *rig, at uint64) (v T) {
	b := make([]byte, binary.Size(v))
	_, err := r.memory.ReadAt(b, int64(at))
	r.must(err)
	binary.Decode(b, binary.LittleEndian, &v)
	return v
}

func put[T any](r *rig, at uint64, v T) {
	b, err := binary.Append(nil, binary.LittleEndian, v)
	r.must(err)
	_, err = r.memory.WriteAt(b, int64(at))
	r.must(err)
}

// frame returns a thread's registers as the driver has them.
func (th *task) frame() thread.Frame {
	g := &th.regs
	return thread.Frame{Registers: thread.Registers{
		R8: g.R8, R9: g.R9, R10: g.R10, R11: g.R11, R12: g.R12, R13: g.R13, R14: g.R14, R15: g.R15,
		DI: g.Rdi, SI: g.Rsi, BP: g.Rbp, BX: g.Rbx, DX: g.Rdx, AX: g.Rax, CX: g.Rcx,
	}, IP: g.Rip, Flags: g.Eflags, SP: g.Rsp, Vector: thread.VectorResume}
}

// goOn has a thread go on with a frame.
func (th *task) goOn(f thread.Frame) {
	g := &th.regs
	g.R8, g.R9, g.R10, g.R11, g.R12, g.R13, g.R14, g.R15 = f.R8, f.R9, f.R10, f.R11, f.R12, f.R13,
		f.R14, f.R15
	g.Rdi, g.Rsi, g.Rbp, g.Rbx, g.Rdx, g.Rax, g.Rcx = f.DI, f.SI, f.BP, f.BX, f.DX, f.AX, f.CX
	g.Rip, g.Rsp = f.IP, f.SP
}

// isHere tells whether a thread is in the libOS.
func (r *rig) isHere(th *task) bool {
	return th.regs.Rip >= r.libos.TextStart && th.regs.Rip < r.libos.TextEnd
}

// step has a thread make one instruction, or the driver serve its call or its fault.
func (r *rig) step(th *task) {
	if th != r.running {
		r.floats(syscall.PTRACE_GETFPREGS, &r.running.fx)
		r.floats(syscall.PTRACE_SETFPREGS, &th.fx)
		r.running = th
	}
	if r.calls[th.regs.Rip] {
		r.serve(th)
		return
	}
	r.must(syscall.PtraceSetRegs(r.pid, &th.regs))
	r.must(syscall.PtraceSingleStep(r.pid))
	stepped := r.await()
	r.must(syscall.PtraceGetRegs(r.pid, &th.regs))
	if !stepped {
		r.fault(th, th.regs.Rip, 14, 0)
	}
}

// areaAt returns where a thread's area is, dueAt where it is told to look for signals.
func (th *task) areaAt() uint64 { return drivercall.AreaAt(th.id) }
func (th *task) dueAt() uint64  { return th.areaAt() + drivercall.AreaID + 8 }
