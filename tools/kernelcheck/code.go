package main

import (
	"debug/elf"
	"fmt"

	"golang.org/x/arch/x86/x86asm"
)

const wantedCall = "a call through a function value between Go and assembly"

// checkCode checks each instruction of ours, whoever leads to it: the linker has left out the
// functions that nobody calls. What they call of others, directly or by way of a function value,
// is walked from there.
func (d *linked) checkCode() {
	w := &walker{d, map[uint64]problem{}}
	for _, f := range d.functions {
		if d.isOurs(f) && !d.isWrapper(f) {
			w.checkFunction(f)
		}
	}
	for _, s := range d.symbols {
		if elf.ST_TYPE(s.Info) == elf.STT_OBJECT && isOurName(s.Name) {
			w.checkVariable(s)
		}
	}
}

func (w *walker) checkFunction(f elf.Symbol) {
	for at := f.Value; at < f.Value+f.Size; {
		inst, p := w.instruction(at)
		w.refuseAt(at, p)
		if inst.Len == 0 {
			return // nobody knows where the next one is
		}
		for _, target := range w.targets(at, inst) {
			w.refuseAt(at, w.problemOf(target))
		}
		if target, ok := inst.Args[0].(x86asm.Rel); ok {
			w.checkCall(f, at, at+uint64(inst.Len)+uint64(target))
		}
		at += uint64(inst.Len)
	}
}

// checkCall refuses direct calls between Go and assembly, whose ways to call differ: the compiler
// puts code between that finds a goroutine by FS, and clears a register by an instruction of SSE.
func (w *walker) checkCall(f elf.Symbol, at, target uint64) {
	to, _ := w.functionAt(target)
	if w.isOurs(to) && w.isAssembly(f) != w.isAssembly(to) {
		w.refuseAt(at, problem{"direct call of " + to.Name, wantedCall})
	}
}

func (w *walker) refuseAt(at uint64, p problem) {
	if p.found != "" {
		w.refuse(w.place(at), p.found, p.want)
	}
}

func (w *walker) checkVariable(s elf.Symbol) {
	for at := s.Value; at+8 <= s.Value+s.Size; at += 8 {
		if target, ok := w.functionBehind(w.wordAt(at)); ok {
			if p := w.problemOf(target); p.found != "" {
				w.refuse(s.Name, p.found, p.want)
			}
		}
	}
}

// instruction decodes an instruction; one that is not known has no length.
func (d *linked) instruction(at uint64) (x86asm.Inst, problem) {
	code := d.bytes(at)
	inst, err := x86asm.Decode(code, 64)
	if isVector(code) || err != nil {
		return x86asm.Inst{}, problem{fmt.Sprintf("bytes % x", code[:min(8, len(code))]),
			"an instruction that the decoder knows: no AVX, no BMI"}
	}
	return inst, d.refused(inst)
}

// targets returns where an instruction leads besides the next one: what it jumps to or calls, and
// functions whose address it takes, or finds in a variable.
func (d *linked) targets(at uint64, inst x86asm.Inst) (targets []uint64) {
	next := at + uint64(inst.Len)
	for _, arg := range inst.Args {
		switch arg := arg.(type) {
		case x86asm.Rel:
			targets = append(targets, next+uint64(arg))
		case x86asm.Mem:
			if arg.Base != x86asm.RIP {
				continue
			}
			if target, ok := d.functionBehind(relative(next, arg)); ok {
				targets = append(targets, target)
			}
		}
	}
	return targets
}

// relative returns what an operand addresses that counts from the next instruction. The decoder
// does not extend the sign.
func relative(next uint64, m x86asm.Mem) uint64 { return next + uint64(int32(m.Disp)) }

// functionBehind follows an address to a function: the address may be the function's own, that of
// a function value, or that of a variable with one in it.
func (d *linked) functionBehind(address uint64) (target uint64, ok bool) {
	for range 3 {
		if f, ok := d.functionAt(address); ok && f.Value == address {
			return address, true
		}
		address = d.wordAt(address)
	}
	return 0, false
}
