package msgpass

import "unsafe"

// trustingPayload is a planted bug: Loans.Open without its check.
func trustingPayload(o *Loans, d Descriptor) []byte {
	// SAFETY: none. The test wants the fault that this causes.
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(&o.mem[0]), d.granule()*granuleBytes)),
		d.Size()&(1<<30-1))
}
