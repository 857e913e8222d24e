package files

import "unsafe"

// bytesAt returns the bytes at an address that the owner of a Tree has given it, or from there on.
// SAFETY: no pointers are in there, and it is not memory of Go's.
func bytesAt(at, size uint64) []byte { return unsafe.Slice((*byte)(pointer(at)), size) }

// wordAt returns a word of a map.
// SAFETY: as bytesAt; it is a multiple of 8.
func wordAt(at uint64) *uint64 { return (*uint64)(pointer(at)) }

// imageAt returns the image's files.
// SAFETY: as bytesAt; any bytes are an Image.
func imageAt(at uint64) *Image { return (*Image)(pointer(at)) }

// SAFETY: see bytesAt.
func pointer(at uint64) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(nil), at) }
