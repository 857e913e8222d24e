package main

import (
	"debug/elf"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/arch/x86/x86asm"

	"skerry/tools/mkimage/image"
)

// What a program's code may call of Go's runtime, by how the names begin. The first end it: the
// image writer leads them to main.boundsEntry, and nothing behind them is walked. The others only
// compute, and are walked.
//
// As Go 1.26 has them, memclrNoHeapPointers passes: it stores X15, which both programs keep zero.
// memmove does not in ring 0: it uses X15, and clears it by PXOR, for 129 to 2048 bytes. Neither
// does memequal, which compares by PCMPEQB from 64 bytes on.
var (
	endingFunctions = []string{
		"runtime.panic", "runtime.goPanic", "runtime.gopanic", "runtime.morestack",
	}
	leafFunctions = []string{
		"runtime.memclrNoHeapPointers", "runtime.memmove", "runtime.memequal", "memeqbody",
		"type:.eq.", "math/bits.", "sync/atomic.", "internal/runtime/atomic.",
	}
)

// deadFlags is where Go's runtime would say which features the processor has. As it is it says
// that there are none: the variable starts as zeros, and the runtime that would fill it in is
// never started. So of a function that has a way for each kind of processor only the plainest is
// walked.
const deadFlags = "internal/cpu.X86"

// memmove copies by AVX if memmoveBits says so, and else by SSE. As with deadFlags, nobody ever
// says so.
const (
	memmove     = "runtime.memmove"
	memmoveBits = "runtime.memmoveBits"
)

// walker goes over functions that are not ours, along their branches.
type walker struct {
	*linked
	known map[uint64]problem // of the functions walked, by address
}

// problem is why a program must not come to a function; none is found in those that it may.
type problem struct{ found, want string }

// problemOf tells what comes of going to an address.
func (w *walker) problemOf(target uint64) problem {
	p, ok := w.known[target]
	if !ok {
		w.known[target] = problem{} // while it is walked
		p = w.examine(target)
		w.known[target] = p
	}
	return p
}

func (w *walker) examine(target uint64) problem {
	f, ok := w.functionAt(target)
	switch {
	case !ok:
		return problem{fmt.Sprintf("a way to %#x", target), "code there"}
	case w.isWrapper(f):
		return problem{"use of the wrapper of " + f.Name, wantedCall}
	case w.isOurs(f):
		return problem{} // checkCode is there anyway
	case hasPrefixOf(f.Name, endingFunctions) && image.IsTrap(f.Name):
		return problem{}
	case f.Name == memmove && w.anySSE && w.startsAsZeros(memmoveBits):
		return problem{}
	case hasPrefixOf(f.Name, leafFunctions):
		return w.walk(f, target)
	}
	return problem{"use of " + f.Name, "nothing that needs Go's runtime, which is never started"}
}

// walk follows the branches of a function, and its calls.
func (w *walker) walk(f elf.Symbol, start uint64) problem {
	reached := map[uint64]bool{}
	for todo := []uint64{start}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if reached[at] {
			continue
		}
		reached[at] = true
		inst, p := w.instruction(at)
		if isIndirect(inst) {
			p = problem{"indirect jump", "jumps that can be followed"}
		}
		if p.found != "" {
			p.found = fmt.Sprintf("use of %s: %s at %s", f.Name, p.found, w.source(at))
			return p
		}
		for _, target := range w.targets(at, inst) {
			if f.Value < target && target < f.Value+f.Size {
				todo = append(todo, target)
			} else if p := w.problemOf(target); p.found != "" {
				p.found = "use of " + f.Name + ": " + p.found
				return p
			}
		}
		if next, ok := w.next(at, inst); ok {
			todo = append(todo, next)
		}
	}
	return problem{}
}

// next returns which instruction comes after one that does not jump.
func (w *walker) next(at uint64, inst x86asm.Inst) (next uint64, ok bool) {
	next = at + uint64(inst.Len)
	switch inst.Op {
	case x86asm.JMP, x86asm.RET, x86asm.UD2:
		return 0, false
	case x86asm.CMP:
		if flag, ok := w.deadFlag(next, inst); ok {
			return w.afterFlag(next, flag), true
		}
	}
	return next, true
}

func isIndirect(inst x86asm.Inst) bool {
	_, direct := inst.Args[0].(x86asm.Rel)
	return (inst.Op == x86asm.CALL || inst.Op == x86asm.JMP) && !direct
}

// deadFlag tells whether an instruction compares a byte of deadFlags, and with what.
func (w *walker) deadFlag(next uint64, inst x86asm.Inst) (with x86asm.Imm, ok bool) {
	m, isMemory := inst.Args[0].(x86asm.Mem)
	with, isConstant := inst.Args[1].(x86asm.Imm)
	address := relative(next, m)
	flags := w.byName[deadFlags]
	return with, isMemory && isConstant && m.Base == x86asm.RIP &&
		flags.Value <= address && address < flags.Value+flags.Size && w.bytes(address) == nil
}

// startsAsZeros tells whether a variable does.
func (d *linked) startsAsZeros(name string) bool {
	variable, ok := d.byName[name]
	return ok && d.bytes(variable.Value) == nil
}

// afterFlag returns where the jump at an address leads after a comparison of zero.
func (w *walker) afterFlag(at uint64, with x86asm.Imm) uint64 {
	inst, _ := w.instruction(at)
	next := at + uint64(inst.Len)
	target, _ := inst.Args[0].(x86asm.Rel)
	switch jump := inst.Op; {
	case jump != x86asm.JE && jump != x86asm.JNE:
		return at
	case (jump == x86asm.JE) == (with == 0):
		return next + uint64(target)
	}
	return next
}

func hasPrefixOf(name string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}
