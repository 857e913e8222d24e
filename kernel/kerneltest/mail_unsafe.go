package kerneltest

import "unsafe"

// A compile error here means that a mail box is not mailBytes long.
var _ = [1]struct{}{}[unsafe.Sizeof(mail{})-mailBytes] // SAFETY: a constant; nothing is cast.

// mailIn returns the mail box at the end of mem.
func mailIn(mem []byte) *mail {
	// SAFETY: the slice expression checks that mem holds a box, and any bytes are a valid mail,
	// which holds no pointer. Windows are aligned to 64 bytes (address below is how a case checks
	// it) and both WindowBytes and mailBytes are multiples of 64.
	return (*mail)(unsafe.Pointer(&mem[len(mem)-mailBytes:][0]))
}

// wordIn returns the word with the given index of mem.
func wordIn(mem []byte, index int) *uint64 {
	// SAFETY: the slice expression checks that the word lies in mem, which is aligned as above.
	return (*uint64)(unsafe.Pointer(&mem[index*8 : index*8+8][0]))
}

// address returns where mem begins.
func address(mem []byte) uintptr {
	// SAFETY: the address is compared and never made a pointer again.
	return uintptr(unsafe.Pointer(unsafe.SliceData(mem)))
}
