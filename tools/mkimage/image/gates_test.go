package image

import "testing"

// A gate has the entry's address, ring 0's code segment, its stack, and who may call it.
func TestGate(t *testing.T) {
	got := gate(0x1122_3344_5566_7788, 2, 3)
	want := [2]uint64{0x5566_ee02_0008_7788, 0x1122_3344}
	if got != want {
		t.Errorf("gate: %#x: want %#x", got, want)
	}
	if n := len(gates(0)); n != 4096 {
		t.Errorf("%d bytes of gates: want a page", n)
	}
}
