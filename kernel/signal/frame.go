package signal

import (
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// frame is struct rt_sigframe of Linux's arch/x86/include/asm/sigframe.h.
type frame struct {
	restorer uint64
	context  context
	info     info
}

// context is struct ucontext. Its registers are those of struct sigcontext_64.
type context struct {
	flags, link uint64
	stack       Stack

	registers                             thread.Registers
	sp, ip, eflags                        uint64
	cs, gs, fs, ss                        uint16
	err, trap, oldMask, faultAddress, fpu uint64
	_                                     [8]uint64

	mask uint64
}

// info is struct siginfo. Its address is also the sender: the process in the lower half, the user
// in the upper.
type info struct {
	signal, errno int32
	code          Code
	_             int32
	address       uint64
	_             [104]byte
}

// Sizes and offsets.
const (
	contextOffset = 8
	contextBytes  = 304
	infoOffset    = contextOffset + contextBytes
	frameBytes    = infoOffset + 128
	fxBytes       = 512
	fxAlign       = 64
)

// contextFlags is UC_SIGCONTEXT_SS and UC_STRICT_RESTORE_SS: the stack segment is in the frame.
// UC_FP_XSTATE is not among them: the FPU state is no more than FXSAVE's.
const contextFlags = 2 | 4

// save writes a thread's registers; fx is where its FPU state goes.
func (c *context) save(f *thread.Frame, th *Thread, fx uint64) {
	c.flags, c.stack, c.fpu = contextFlags, th.AltStack(f.SP), fx
	c.mask, c.oldMask = th.Mask, th.Mask
	c.registers, c.sp, c.ip, c.eflags = f.Registers, f.SP, f.IP, f.Flags
	c.cs, c.ss = layout.SelectorUserCode, layout.SelectorUserData
}

// saveTrap writes which exception it was.
func (c *context) saveTrap(f *thread.Frame, address uint64) {
	c.trap, c.err = f.Vector, f.Error
	if f.Vector == vectorPageFault {
		c.faultAddress = address
	}
}

// restore reads a thread's registers.
func (c *context) restore(f *thread.Frame) {
	f.Registers, f.SP, f.IP, f.Flags = c.registers, c.sp, c.ip, c.eflags
	f.Vector = thread.VectorResume
}
