package main

import (
	"slices"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// Some hypervisors emulate all of ring 0, and end the machine at an instruction that their
// emulator does not know. These are the ones that ring 0 may use: each was
// seen to work on such a hypervisor. What is missing there: arithmetic of SSE, even PXOR and
// MOVQ to X registers, all of AVX, POPCNT, TZCNT (taken for BSF, which leaves the result of zero
// open), CMPXCHG16B, XSAVE, XGETBV, RDTSCP, CLAC, STAC, INVPCID, LDMXCSR.
//
// Conditional jumps, sets and moves are let through by their first letters.
const allowedInstructions = `
	ADC ADD AND BSF BSR BSWAP BT BTC BTR BTS CALL CBW CDQ CDQE CLC CLD CMC CMP CMPXCHG CQO CWD CWDE
	DEC DIV IDIV IMUL INC LEA LFENCE MFENCE MOV MOVSX MOVSXD MOVZX MUL NEG NOP NOT OR PAUSE POP PUSH
	RCL RCR RET ROL ROR SAR SBB SFENCE SHL SHLD SHR SHRD STC STD SUB TEST UD2 XADD XCHG XOR

	MOVSB MOVSW MOVSD MOVSQ STOSB STOSW STOSD STOSQ CMPSB OUTSB

	MOVAPS MOVDQU MOVUPS FXSAVE64 FXRSTOR64

	CLI CPUID HLT IN INVLPG IRETQ LGDT LIDT LTR OUT POPFQ PUSHFQ RDMSR RDRAND RDTSC STI SYSRET
	WRFSBASE WRMSR`

var allowedFamilies = []string{"J", "SET", "CMOV"}

// refusedInRing0 tells what is wrong with an instruction of the CPU driver.
func refusedInRing0(inst x86asm.Inst) problem {
	name := inst.Op.String()
	switch {
	case slices.ContainsFunc(inst.Prefix[:], isSegmentOverride):
		return problem{name + " by way of FS or GS", "no goroutine and no thread in ring 0"}
	case hasPrefixOf(name, allowedFamilies),
		slices.Contains(strings.Fields(allowedInstructions), name):
		return problem{}
	}
	return problem{name, "instructions that every hypervisor emulates in ring 0"}
}

// What the libOS must not have, in ring 3: instructions that fault there, and those that not every
// x86-64 processor has.
const (
	privilegedInstructions = `
	CLI CLTS HLT IN INSB INSD INSW INT INTO INVD INVLPG IRET IRETD IRETQ LGDT LIDT LLDT LMSW LTR
	OUT OUTSB OUTSD OUTSW RDMSR STI SWAPGS SYSEXIT SYSRET WBINVD WRMSR`

	newInstructions = `
	CMPXCHG16B CRC32 LZCNT MOVBE POPCNT RDRAND RDFSBASE RDGSBASE RDTSCP TZCNT WRFSBASE WRGSBASE
	XGETBV XSAVE XSAVE64 XRSTOR XRSTOR64`
)

// refusedInRing3 tells what is wrong with an instruction of the libOS.
func refusedInRing3(inst x86asm.Inst) problem {
	name := inst.Op.String()
	switch {
	case slices.ContainsFunc(inst.Prefix[:], isSegmentOverride):
		return problem{name + " by way of FS or GS", "no goroutine and no thread: the program's"}
	case slices.Contains(strings.Fields(privilegedInstructions), name),
		slices.ContainsFunc(inst.Args[:], isControl):
		return problem{name, "no instruction for ring 0 only"}
	case slices.Contains(strings.Fields(newInstructions), name):
		return problem{name, "instructions that every x86-64 processor has"}
	}
	return problem{}
}

// isControl tells whether an operand is a control or debug register.
func isControl(arg x86asm.Arg) bool {
	r, ok := arg.(x86asm.Reg)
	return ok && r >= x86asm.CR0 && r <= x86asm.DR15
}

func isSegmentOverride(p x86asm.Prefix) bool {
	return p&0xff == x86asm.PrefixFS || p&0xff == x86asm.PrefixGS
}

// isVector tells whether code starts with an instruction of AVX, AVX-512 or BMI: after prefixes,
// the byte that in 32-bit mode is LES, LDS or BOUND. The decoder takes them for others.
func isVector(code []byte) bool {
	for _, b := range code {
		switch b {
		case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3:
		default:
			return b == 0xc4 || b == 0xc5 || b == 0x62
		}
	}
	return false
}
