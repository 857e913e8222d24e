package kerneltest

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"skerry/kernel"
)

// player does on its core what the conductor asks. It runs in the loop goroutine of the core.
type player struct {
	core kernel.Core
	boot kernel.BootInfo
	mail *mail
	home bool  // the last request said to go home,
	last error // with this error
}

func newPlayer(core kernel.Core, box *mail) *player {
	return &player{core: core, boot: core.Boot(), mail: box}
}

// serve answers requests until one says to go home. What was asked of an earlier life is left.
func (p *player) serve() error {
	served := p.mail.next()
	p.mail.reply(served, result{})
	// ORDER: from here on requests are read; pairs with the load in alive.
	atomic.StoreUint64(&p.mail.life, p.boot.Incarnation)
	for !p.home {
		if !await(p.core, silenceMax, func() bool { return p.mail.next() != served }) {
			return fmt.Errorf("kerneltest: %v: no request in %v", p.boot.Core, silenceMax)
		}
		served = p.mail.next()
		p.mail.reply(served, p.do(p.mail.op, p.mail.args))
	}
	return p.last
}

// do performs one request.
func (p *player) do(o op, args [4]uint64) result {
	if o >= opsCount {
		return result{err: fmt.Errorf("kerneltest: op %d: want less than %d", o, opsCount)}
	}
	return ops[o](p, args)
}

// await looks until cond holds, first often and then seldom; false if it doesn't in about d.
func await(core kernel.Core, d time.Duration, cond func() bool) bool {
	for range spinsMax {
		if cond() {
			return true
		}
		runtime.Gosched()
	}
	for range d / pollEvery {
		core.Now() // a driver call: there, and only there, sim can fence a core
		if cond() {
			return true
		}
		time.Sleep(pollEvery)
	}
	return false
}

// stand is the conductor's side of a player.
type stand struct {
	core   kernel.Core // the conductor's
	id     kernel.CoreID
	mail   *mail
	life   uint64 // the player's incarnation
	number uint64 // of the last request
	silent bool   // the player has not answered the request before, so it can't be asked
}

// errSilent is what a request comes to when the player doesn't answer; the suite can't go on.
var errSilent = errors.New("no answer")

// alive waits until a player with an incarnation larger than that of the last one is there.
func (s *stand) alive() error {
	var life uint64
	there := await(s.core, patience, func() bool {
		// ORDER: the player reads requests from here on; pairs with the store in serve.
		life = atomic.LoadUint64(&s.mail.life)
		return life > s.life
	})
	if !there {
		return fmt.Errorf("%w from %v: want a life after %d", errSilent, s.id, s.life)
	}
	s.life = life
	return nil
}

// post asks and does not wait for the answer.
func (s *stand) post(o op, args ...uint64) {
	_, answered := s.mail.answered(s.number)
	if s.silent = !answered; s.silent {
		return // the box is still the player's
	}
	s.number++
	var all [4]uint64
	copy(all[:], args)
	s.mail.put(s.number, o, all)
}

// answer waits for the answer to the last request.
func (s *stand) answer() (r result) {
	there := !s.silent && await(s.core, patience, func() (answered bool) {
		r, answered = s.mail.answered(s.number)
		return answered
	})
	if !there {
		return result{err: fmt.Errorf("%w from %v", errSilent, s.id)}
	}
	if r.err != nil {
		r.err = fmt.Errorf("%v: %w", s.id, r.err)
	}
	return r
}

// ask asks and waits.
func (s *stand) ask(o op, args ...uint64) result {
	s.post(o, args...)
	return s.answer()
}
