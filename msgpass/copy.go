package msgpass

// copyStringMin is the size from which starting up REP MOVSQ pays. REP MOVSB is as fast on
// processors, but emulators copy by it byte by byte.
const copyStringMin = 512

// Copy copies src to dst, as long as the shorter of the two, and returns how many bytes. It is for
// payloads that go from core to core, at both ends: long ones are written without reading the
// memory first, and read faster than by copy when the other core is far.
func Copy(dst, src []byte) int {
	n := min(len(dst), len(src))
	if n < copyStringMin || !plainOrder {
		return copy(dst, src)
	}
	copyString(&dst[0], &src[0], n)
	return n
}
