package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

func (p *Process) getrandom(th *thread.Thread) int64 {
	return p.readRandom(th.Frame.DI, min(th.Frame.SI, transferMax))
}

// readRandom copies random numbers.
func (p *Process) readRandom(at, size uint64) int64 {
	for done := uint64(0); done < size; {
		n := min(size-done, scratchBytes)
		p.Machine.Random(p.scratch[:n])
		if !p.Space.CopyOut(at+done, p.scratch[:n]) {
			return partial(done, errno.EFAULT)
		}
		done += n
	}
	return int64(size)
}

// writeRandom mixes what an instance has into the random numbers of its core, as Linux does with
// what is written to /dev/urandom. Whatever it is, it cannot make them any poorer.
func (p *Process) writeRandom(at, size uint64) int64 {
	for done := uint64(0); done < size; {
		chunk := p.Space.Slice(at+done, size-done)
		if chunk == nil {
			return partial(done, errno.EFAULT)
		}
		p.Machine.Stir(chunk)
		done += uint64(len(chunk))
	}
	return int64(size)
}
