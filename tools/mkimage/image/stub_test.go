package image

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"golang.org/x/arch/x86/x86asm"

	"skerry/kernel/layout"
)

// The landing page of SYSCALL tells ring 3 from ring 0, with an INT3 where the driver looks for it,
// and leads ring 0 to the driver.
func TestStub(t *testing.T) {
	const driver = 0x27_8ac0
	page := stubPage(driver)
	var got []string
	at, trap := 0, -1
	for range 5 {
		i, err := x86asm.Decode(page[at:], 64)
		if err != nil {
			t.Fatal(err)
		}
		if i.Op == x86asm.INT {
			trap = at
		}
		got = append(got, x86asm.GNUSyntax(i, uint64(at), nil))
		at += i.Len
	}
	want := "mov %cs,%r11d; test $0x3,%r11b; je 0xa; int3; jmpq *(%rip)"
	if text := strings.Join(got, "; "); text != want {
		t.Errorf("%s: want %s", text, want)
	}
	if trap != layout.StubTrap {
		t.Errorf("INT3 at %d: want it at %d", trap, layout.StubTrap)
	}
	probe := page[layout.StubProbe:]
	if !bytes.HasPrefix(probe, []byte{0x0f, 0x05, 0xff, 0xe3}) {
		t.Errorf("the first instructions are % x: want SYSCALL; JMP BX", probe[:4])
	}
	if to := binary.LittleEndian.Uint64(page[at:]); to != driver {
		t.Errorf("jump to %#x: want %#x", to, driver)
	}
}
