package linux

import "skerry/kernel/errno"

// load reads words from the process.
func (p *Process) load(at uint64, words []uint64) (ok bool) {
	for i := range words {
		if words[i], ok = p.Space.Load64(at + 8*uint64(i)); !ok {
			return false
		}
	}
	return true
}

// store writes words to the process.
func (p *Process) store(at uint64, words []uint64) bool {
	for i, w := range words {
		if !p.Space.Store64(at+8*uint64(i), w) {
			return false
		}
	}
	return true
}

// orFault returns a result, or EFAULT if an address was bad.
func orFault(ok bool, result int64) int64 {
	if !ok {
		return errno.EFAULT
	}
	return result
}

// partial is the result of a transfer that got so far and then met an error.
func partial(done uint64, e int64) int64 {
	if done > 0 {
		return int64(done)
	}
	return e
}

// loadTime reads a struct timespec as nanoseconds, few enough to be added without a wrap.
func (p *Process) loadTime(at uint64) (uint64, int64) {
	var w [2]uint64
	switch {
	case !p.load(at, w[:]):
		return 0, errno.EFAULT
	case int64(w[0]) < 0 || w[1] >= second:
		return 0, errno.EINVAL
	}
	return min(w[0], secondsMax)*second + w[1], 0
}

// loadPath copies a path that ends in a zero to p.path. The process may change its own meanwhile:
// windows are shared with other cores.
func (p *Process) loadPath(at uint64) ([]byte, int64) {
	for size := uint64(0); size < pathMax; {
		chunk := p.Space.Slice(at+size, pathMax-size)
		if chunk == nil {
			return nil, errno.EFAULT
		}
		for _, c := range chunk {
			if c == 0 {
				return p.path[:size], 0
			}
			p.path[size%pathMax] = c
			size++
		}
	}
	return nil, errno.ENAMETOOLONG
}

// putWord and getWord write and read numbers as memory has them.

func putWord(b []byte, v uint64) {
	for i := range uint(len(b)) {
		b[i] = byte(v >> (8 * i))
	}
}

func getWord(b []byte) (v uint64) {
	for i := range uint(len(b)) {
		v |= uint64(b[i]) << (8 * i)
	}
	return v
}
