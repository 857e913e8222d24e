package vm

import "skerry/kernel/phys"

// Load reads a value without pointers as the instance could, or returns false.
func Load[T any](s *Space, va uint64) (v T, ok bool) {
	ok = s.CopyIn(phys.BytesOf(&v), va)
	return v, ok
}

// Store writes a value without pointers as the instance could, or returns false.
func Store[T any](s *Space, va uint64, v T) bool { return s.CopyOut(va, phys.BytesOf(&v)) }
