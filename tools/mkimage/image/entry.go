package image

import (
	"encoding/binary"

	"skerry/kernel/layout"
)

// Offsets in the page at layout.Entry: code, the trampoline's copy, and this.
const (
	tableOffset   = 0xf00 // the GDT
	pointerOffset = 0xff0 // what LGDT reads
)

// Control registers (Intel SDM vol. 3, 2.5) and EFER (2.2.1) for the driver. It turns SMEP and
// SMAP on itself, after a look at the processor.
const (
	cr0Protected = 0x11        // PE, ET
	cr0          = 0x8001_0033 // PG, WP, NE, ET, MP, PE
	cr4          = 0x620       // PAE, OSFXSR, OSXMMEXCPT
	eferNumber   = 0xc000_0080
	efer         = 0x901 // NXE, LME, SCE
)

// segments is the GDT, in the order of the selectors in package layout (SDM vol. 3, 3.4.5).
var segments = [...]uint64{
	layout.SelectorCode / 8:     0x00af_9b00_0000_ffff,
	layout.SelectorData / 8:     0x00cf_9300_0000_ffff,
	layout.SelectorCode32 / 8:   0x00cf_9b00_0000_ffff,
	layout.SelectorUserData / 8: 0x00cf_f300_0000_ffff,
	layout.SelectorUserCode / 8: 0x00af_fb00_0000_ffff,
}

// entryPage returns the page at layout.Entry. start is the address of the driver's first
// instruction. It is entered with RDI = the core's number: 0 on the core that booted, and the
// APIC's on others; RBP = what the boot loader told, 0 on others; RSI = 0.
func entryPage(start uint64) []byte {
	c := &code{start: layout.Entry}
	c.op(0xfa)       // CLI
	c.op(0x89, 0xdd) // MOVL BX, BP: hvm_start_info
	c.op(0x31, 0xf6) // XORL SI, SI
	common := c.here()
	c.enterLongMode(start)
	other := c.here()
	c.op32(layout.SelectorData, 0xb8) // MOVL $selector, AX
	c.op(0x8e, 0xd8)                  // MOVW AX, DS: for LGDT
	c.op32(1, 0xb8)                   // MOVL $1, AX
	c.op(0x0f, 0xa2)                  // CPUID
	c.op(0xc1, 0xeb, 24)              // SHRL $24, BX: the APIC's number
	c.op(0x89, 0xde)                  // MOVL BX, SI
	c.op(0x31, 0xed)                  // XORL BP, BP
	c.jump(common)

	page := make([]byte, layout.PageBytes)
	copy(page, c.bytes)
	copy(page[layout.TrampolineOffset:], trampoline(other))
	for i, segment := range segments {
		binary.LittleEndian.PutUint64(page[tableOffset+8*i:], segment)
	}
	copy(page[pointerOffset:], tablePointer())
	return page
}

// enterLongMode adds what leads from 32-bit mode without paging to the driver.
func (c *code) enterLongMode(start uint64) {
	c.op32(cr4, 0xb8)                                    // MOVL $cr4, AX
	c.op(0x0f, 0x22, 0xe0)                               // MOVL AX, CR4
	c.op32(layout.BootTables, 0xb8)                      // MOVL $BootTables, AX
	c.op(0x0f, 0x22, 0xd8)                               // MOVL AX, CR3
	c.op32(eferNumber, 0xb9)                             // MOVL $eferNumber, CX
	c.op(0x31, 0xd2)                                     // XORL DX, DX
	c.op32(efer, 0xb8)                                   // MOVL $efer, AX
	c.op(0x0f, 0x30)                                     // WRMSR
	c.op32(cr0, 0xb8)                                    // MOVL $cr0, AX
	c.op(0x0f, 0x22, 0xc0)                               // MOVL AX, CR0
	c.op32(layout.Entry+pointerOffset, 0x0f, 0x01, 0x15) // LGDT pointer
	c.farJump(layout.SelectorCode, c.here()+jumpBytes+2) // to the next line
	c.op32(layout.SelectorData, 0xb8)                    // MOVL $selector, AX
	c.op(0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0)             // MOVW AX, DS; ES; SS
	c.op(0x8e, 0xe0, 0x8e, 0xe8)                         // MOVW AX, FS; GS
	c.op(0xfc)                                           // CLD
	c.op(0x89, 0xf7)                                     // MOVL SI, DI: clears the upper half
	c.op(0x31, 0xf6)                                     // XORL SI, SI
	c.op(0x89, 0xed)                                     // MOVL BP, BP: clears the upper half
	c.op32(uint32(start), 0xb8)                          // MOVL $start, AX
	c.op(0xff, 0xe0)                                     // JMP AX
}

// trampoline returns what a starting core runs first, in 16-bit mode, from any page below 1 MiB.
// It leads to an address in 32-bit mode.
func trampoline(to uint64) []byte {
	const pointer = 0x20
	c := &code{}
	c.op(0xfa)                                    // CLI
	c.op16(pointer, 0x2e, 0x66, 0x0f, 0x01, 0x16) // LGDTL CS:pointer
	c.op32(cr0Protected, 0x66, 0xb8)              // MOVL $cr0Protected, AX
	c.op(0x0f, 0x22, 0xc0)                        // MOVL AX, CR0
	c.op(0x66)                                    // with a 32-bit address:
	c.farJump(layout.SelectorCode32, to)          // JMP
	bytes := make([]byte, layout.TrampolineBytes)
	copy(bytes, c.bytes)
	copy(bytes[pointer:], tablePointer())
	return bytes
}

// tablePointer returns what LGDT reads: the size of the table less 1, and its address.
func tablePointer() []byte {
	limit := binary.LittleEndian.AppendUint16(nil, uint16(8*len(segments)-1))
	return binary.LittleEndian.AppendUint32(limit, layout.Entry+tableOffset)
}
