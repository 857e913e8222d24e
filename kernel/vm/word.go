package vm

// Load64 reads a word, which need not be aligned, or returns false.
func (s *Space) Load64(va uint64) (uint64, bool) {
	if va%8 == 0 {
		a, n := s.reach(va, 8, false)
		if n == 0 {
			return 0, false
		}
		return *s.Tables.Memory.Word(a), true
	}
	var b [8]byte
	ok := s.CopyIn(b[:], va)
	var v uint64
	for i := range b {
		v |= uint64(b[i]) << (8 * uint(i))
	}
	return v, ok
}

// Store64 writes a word, which need not be aligned, or returns false.
func (s *Space) Store64(va, v uint64) bool {
	if va%8 == 0 {
		a, n := s.reach(va, 8, true)
		if n != 0 {
			*s.Tables.Memory.Word(a) = v
		}
		return n != 0
	}
	var b [8]byte
	for i := range b {
		b[i] = byte(v >> (8 * uint(i)))
	}
	return s.CopyOut(va, b[:])
}

// Load32 reads a half word, which is aligned, as futexes are, or returns false.
func (s *Space) Load32(va uint64) (uint32, bool) {
	if va%4 != 0 {
		return 0, false
	}
	a, n := s.reach(va, 4, false)
	if n == 0 {
		return 0, false
	}
	return *s.Tables.Memory.Half(a), true
}

// Store32 writes a half word, which is aligned, or returns false.
func (s *Space) Store32(va uint64, v uint32) bool {
	if va%4 != 0 {
		return false
	}
	a, n := s.reach(va, 4, true)
	if n != 0 {
		*s.Tables.Memory.Half(a) = v
	}
	return n != 0
}
