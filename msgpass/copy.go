package msgpass

// copyStringMin is the size from which starting up REP MOVSB pays.
const copyStringMin = 512

// Copy copies src to dst, as long as the shorter of the two, and returns how many bytes. It is for
// writing payloads that another core will read: long ones are written without reading the memory
// first.
func Copy(dst, src []byte) int {
	n := min(len(dst), len(src))
	if n < copyStringMin || !plainOrder {
		return copy(dst, src)
	}
	copyString(&dst[0], &src[0], n)
	return n
}
