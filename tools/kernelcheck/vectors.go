package main

import (
	"encoding/binary"
	"fmt"
	"slices"

	"golang.org/x/arch/x86/x86asm"
)

// vectorStubs is the function that the 256 interrupt gates point into, one every stubBytes.
const (
	vectorStubs = "main.vectors"
	stubBytes   = 16
	vectors     = 256
)

// withErrorCode are the exceptions for which the processor pushes an error code itself. AMD APM
// volume 2, 8.2; Intel SDM volume 3, 6.3.1.
var withErrorCode = []uint64{8, 10, 11, 12, 13, 14, 17, 21, 29, 30}

// checkVectors holds each stub to its purpose: push a zero where the processor pushes no error
// code, push the vector, jump away.
func (d *linked) checkVectors() {
	stubs, ok := d.named(vectorStubs)
	if !ok {
		return // checkFunctions says so
	}
	if have := (stubs.Size + stubBytes - 1) / stubBytes; have != vectors {
		d.refuse(d.Folder, fmt.Sprintf("%d stubs in %s", have, vectorStubs),
			fmt.Sprint(vectors))
		return
	}
	for vector := range uint64(vectors) {
		want := []uint64{0, vector}
		if slices.Contains(withErrorCode, vector) {
			want = want[1:]
		}
		pushed := d.pushedAt(stubs.Value + vector*stubBytes)
		if !slices.Equal(pushed, want) {
			d.refuse(d.place(stubs.Value+vector*stubBytes),
				fmt.Sprintf("the stub of vector %d pushes %d and jumps", vector, pushed),
				fmt.Sprint(want))
		}
	}
}

// pushedAt returns the constants that a stub pushes before it jumps; nil if it does anything else.
func (d *linked) pushedAt(at uint64) (pushed []uint64) {
	stub := d.bytes(at)
	for used := 0; used < stubBytes; {
		inst, err := x86asm.Decode(stub[used:], 64)
		if err != nil {
			return nil
		}
		used += inst.Len
		value, _ := inst.Args[0].(x86asm.Imm)
		switch inst.Op {
		case x86asm.PUSH:
			pushed = append(pushed, uint64(value))
		case x86asm.JMP:
			return pushed
		default:
			return nil
		}
	}
	return nil
}

// wordAt returns the eight bytes at an address; zero where the file has none.
func (d *linked) wordAt(at uint64) uint64 {
	bytes := d.bytes(at)
	if len(bytes) < 8 {
		return 0
	}
	return binary.LittleEndian.Uint64(bytes)
}
