package kerneltest

import "time"

func (p *player) kick(args [4]uint64) result {
	p.core.Kick(peer(args[0]))
	return result{}
}

func (p *player) drain([4]uint64) result {
	for range drainMax {
		if !p.core.Wait(p.core.Now()) {
			return result{}
		}
	}
	return failed("%d waits in a row say that there was a kick: want none left", drainMax)
}

// wait waits long; Wait may return early without a reason, but not say that there was one.
func (p *player) wait([4]uint64) result {
	deadline := p.core.Now().Add(waitLong)
	for p.core.Now() < deadline {
		if p.core.Wait(deadline) {
			return result{}
		}
		time.Sleep(pollEvery) // time passes even if Wait doesn't wait; so in all such loops
	}
	return failed("no kick ended a wait of %v: want it to end at the kick", waitLong)
}

func (p *player) quiet(args [4]uint64) result {
	full := uint64(0)
	for range quietRounds {
		deadline := p.core.Now().Add(time.Duration(args[0]))
		if !p.core.Wait(deadline) && p.core.Now() >= deadline {
			full++
		}
	}
	return result{values: [4]uint64{full}}
}
