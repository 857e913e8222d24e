package kvm

import (
	"reflect"
	"testing"
)

// The structures have the sizes that are part of the requests' numbers.
func TestSizes(t *testing.T) {
	for call, value := range map[uintptr]any{
		callSetMemory: memorySlot{}, callSetRegisters: registers{},
		callGetSystem: system{}, callSetSystem: system{},
	} {
		size := reflect.TypeOf(value).Size()
		if want := call >> 16 & 0x3fff; size != want {
			t.Errorf("request %#x: %d bytes: want %d", call, size, want)
		}
	}
}

// A guest runs to its end where KVM works; where it does not, the error says what failed.
func TestInstructionTime(t *testing.T) {
	took, err := InstructionTime()
	if err != nil {
		t.Skipf("this host's KVM runs no guest: %v", err)
	}
	t.Logf("an instruction of ring 0 takes %v", took)
	if took < 0 {
		t.Errorf("an instruction takes %v: want a time", took)
	}
}
