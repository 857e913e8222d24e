package image

import "encoding/binary"

// code is machine code in the making. Go's assembler has no 16-bit and 32-bit modes, and what it
// makes cannot be linked on its own: so the few dozen instructions that run outside of the driver
// are spelled as bytes, one line each.
type code struct {
	start uint64 // where the first byte will run
	bytes []byte
}

// op adds an instruction, or its beginning.
func (c *code) op(bytes ...byte) { c.bytes = append(c.bytes, bytes...) }

// op16, op32 and op64 add an instruction that ends in a constant.
func (c *code) op16(constant uint16, bytes ...byte) {
	c.bytes = binary.LittleEndian.AppendUint16(append(c.bytes, bytes...), constant)
}

func (c *code) op32(constant uint32, bytes ...byte) {
	c.bytes = binary.LittleEndian.AppendUint32(append(c.bytes, bytes...), constant)
}

func (c *code) op64(constant uint64, bytes ...byte) {
	c.bytes = binary.LittleEndian.AppendUint64(append(c.bytes, bytes...), constant)
}

// here returns the address of the next instruction.
func (c *code) here() uint64 { return c.start + uint64(len(c.bytes)) }

// jumpBytes is the size of what jump adds.
const jumpBytes = 5

// jump adds JMP to an address; it is the same in 32-bit and 64-bit mode.
func (c *code) jump(to uint64) { c.op32(uint32(to-c.here()-jumpBytes), 0xe9) }

// farJump adds JMP to an address in another segment, in 32-bit mode.
func (c *code) farJump(selector uint16, to uint64) {
	c.op32(uint32(to), 0xea)
	c.op16(selector)
}

// shortJump adds a jump of opcode whose aim is not known yet. The function that it returns aims
// it at here.
func (c *code) shortJump(opcode byte) (aim func()) {
	c.op(opcode, 0)
	from := len(c.bytes)
	return func() { c.bytes[from-1] = byte(len(c.bytes) - from) }
}
