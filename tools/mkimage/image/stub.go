package image

import "skerry/kernel/layout"

// stubPage returns the page at layout.Stub, where SYSCALL lands on a hypervisor that stays in
// ring 3 then: it tells by an INT3. Should it have come to ring 0, it goes on to the driver.
func stubPage(syscallEntry uint64) []byte {
	c := &code{start: layout.Stub}
	c.op(0x41, 0x8c, 0xcb)       // MOVL CS, R11
	c.op(0x41, 0xf6, 0xc3, 0x03) // TESTB $3, R11
	inRing0 := c.shortJump(0x74) // JEQ
	c.op(0xcc)                   // INT3: at layout.StubTrap
	inRing0()
	c.op32(0, 0xff, 0x25) // JMP 0(IP)
	c.op64(syscallEntry)
	return padded(c.bytes, layout.PageBytes)
}
