//go:build amd64 && !race

package msgpass

// storeOrdered stores v after all earlier stores of this core.
// ORDER: on amd64 stores become visible in program order (AMD64 Architecture Programmer's Manual,
// volume 2, 7.2), so the plain store publishes what was stored before; pairs with the atomic load
// of the same word by the other end. It must not be an atomic store: XCHG drains the store buffer,
// which makes a stream of messages more than ten times slower.
func storeOrdered(p *uint64, v uint64) { *p = v }

// plainOrder tells that stores are ordered without being atomic.
const plainOrder = true
