package image

import "skerry/kernel/layout"

// stubPage returns the page at layout.Stub, where SYSCALL lands on a hypervisor that stays in
// ring 3 then: it tells by an INT3. Should it have come to ring 0, it goes on to the driver. On it
// is the first system call, too, so that what comes out of it is no instance's to choose.
func stubPage(syscallEntry uint64) []byte {
	c := &code{start: layout.Stub}
	c.op(0x41, 0x8c, 0xcb)       // MOVL CS, R11
	c.op(0x41, 0xf6, 0xc3, 0x03) // TESTB $3, R11
	inRing0 := c.shortJump(0x74) // JEQ
	c.op(0xcc)                   // INT3: at layout.StubTrap
	inRing0()
	c.op32(0, 0xff, 0x25) // JMP 0(IP)
	c.op64(syscallEntry)
	c.op(0x0f, 0x05) // SYSCALL: at layout.StubProbe
	c.op(0xff, 0xe3) // JMP BX
	return padded(c.bytes, layout.PageBytes)
}
