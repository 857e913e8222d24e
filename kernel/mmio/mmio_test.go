package mmio

import (
	"encoding/binary"
	"testing"
)

// An access reads or writes its bytes, low first, and no others.
func TestAccesses(t *testing.T) {
	memory := make([]byte, 64)
	r := Over(memory)
	r.Store64(8, 0x1122_3344_5566_7788)
	r.Store32(16, 0x99aa_bbcc)
	r.Store16(20, 0xddee)
	r.Store8(22, 0xff)
	r.Fence()
	if r.Size() != 64 || r.Load64(8) != binary.LittleEndian.Uint64(memory[8:]) ||
		r.Load32(12) != 0x1122_3344 || r.Load16(8) != 0x7788 || r.Load8(9) != 0x77 ||
		r.Load64(16) != 0x00ff_ddee_99aa_bbcc || r.Load64(0) != 0 || r.Load64(24) != 0 {
		t.Errorf("%x: want what was stored", memory)
	}
}

// An access that is not aligned, or not inside, panics and touches nothing. Planted: one inside.
func TestRefusals(t *testing.T) {
	r := Over(make([]byte, 64)[:62])
	refused := func(access func()) (is bool) {
		defer func() { is = recover() != nil }()
		access()
		return false
	}
	for _, offset := range []int{-8, -1, 1, 3, 60, 62, 64, 1 << 62, -1 << 63} {
		if offset%4 != 0 || offset < 0 || offset > 58 {
			if !refused(func() { r.Load32(offset) }) || !refused(func() { r.Store32(offset, 1) }) {
				t.Errorf("4 bytes at %d: want a refusal", offset)
			}
		}
		if !refused(func() { r.Load64(offset) }) || !refused(func() { r.Store64(offset, 1) }) {
			t.Errorf("8 bytes at %d: want a refusal", offset)
		}
	}
	if !refused(func() { r.Load16(1) }) || !refused(func() { r.Store16(62, 1) }) ||
		!refused(func() { r.Load8(62) }) || !refused(func() { r.Store8(-1, 1) }) {
		t.Error("an access outside: want a refusal")
	}
	if refused(func() { r.Load64(0) }) {
		t.Error("an access inside is refused too")
	}
}
