//go:build !amd64 || race

package msgpass

import "sync/atomic"

// storeOrdered stores v after all earlier stores of this core.
// ORDER: pairs with the atomic load of the same word by the other end.
func storeOrdered(p *uint64, v uint64) { atomic.StoreUint64(p, v) }

// plainOrder tells that stores are ordered without being atomic.
const plainOrder = false
