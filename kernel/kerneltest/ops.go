package kerneltest

import (
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"skerry/kernel"
)

// op names what a player can be asked to do.
type op uint64

// The ops, with their arguments and the values they return.
const (
	opBoot     op = iota // → core, incarnation, hash of the list of cores
	opLeave              // ends the life: the program returns the player's last error
	opFail               // number; ends the life: the program returns an error
	opDie                // number; ends the life: Die
	opPanic              // number; ends the life: a panic
	opStart              // core
	opStop               // core
	opNotice             // → 1 if there was a notice, core, incarnation, cause
	opAwait              // the same, after waiting for it
	opEpitaph            // core → 1 if there is one, incarnation, cause, time; text is the reason
	opWindow             // core; checks size, alignment, sameness
	opZero               // core; checks that the window is zero
	opPaint              // core, colour; writes a word to each page of the window
	opLook               // core, colour; checks what opPaint wrote
	opStore              // core, index, value; writes a word of the window
	opLoad               // core, index → value
	opScribble           // core, index; writes the word time and again, until the core dies
	opKick               // core
	opDrain              // takes kicks that came earlier
	opWait               // checks that a kick ends a long wait
	opQuiet              // nanoseconds → number of waits that lasted until their deadline
	opBeside             // nanoseconds → number of ticks of a goroutine beside a wait
	opClock              // → time, after many checks that it doesn't go back
	opRelay              // core, side; checks that messages don't arrive before they were sent
	opsCount
)

// ops are what a player does for each op.
var ops = [opsCount]func(*player, [4]uint64) result{
	opBoot: (*player).boots, opLeave: (*player).leave, opFail: (*player).fail,
	opDie: (*player).die, opPanic: (*player).panics,
	opStart: (*player).start, opStop: (*player).stop,
	opNotice: (*player).notice, opAwait: (*player).awaitNotice, opEpitaph: (*player).epitaph,
	opWindow: (*player).window, opZero: (*player).zero, opPaint: (*player).paint,
	opLook: (*player).look, opStore: (*player).store, opLoad: (*player).load,
	opScribble: (*player).scribble,
	opKick:     (*player).kick, opDrain: (*player).drain, opWait: (*player).wait,
	opQuiet: (*player).quiet, opBeside: (*player).beside,
	opClock: (*player).clock, opRelay: (*player).relay,
}

// failed returns the result of a check that failed.
func failed(format string, values ...any) result {
	return result{err: fmt.Errorf(format, values...)}
}

// peer returns the core that an argument names.
func peer(arg uint64) kernel.CoreID { return kernel.CoreID(arg) }

// boots checks what one core can check of its boot information alone.
func (p *player) boots([4]uint64) result {
	boot, among := p.core.Boot(), false
	hash := fnv.New64a()
	for i, id := range boot.Cores {
		among = among || id == boot.Core
		if i > 0 && id <= boot.Cores[i-1] {
			return failed("cores %v: want them ascending", boot.Cores)
		}
		fmt.Fprintln(hash, id)
	}
	switch {
	case !among:
		return failed("cores %v: want %v among them", boot.Cores, boot.Core)
	case len(boot.Args) == 0:
		return failed("no arguments: want the program's name")
	case boot.WakeCost < 0:
		return failed("wake cost %v: want 0 or more", boot.WakeCost)
	}
	return result{values: [4]uint64{uint64(boot.Core), boot.Incarnation, hash.Sum64()}}
}

// The ways to end a life.

func (p *player) leave([4]uint64) result {
	p.home = true
	return result{}
}

func (p *player) fail(args [4]uint64) result {
	p.home, p.last = true, errors.New(lastWords(args[0]))
	return result{}
}

func (p *player) die(args [4]uint64) result {
	p.core.Die(lastWords(args[0]))
	return failed("Die returned")
}

func (p *player) panics(args [4]uint64) result { panic(lastWords(args[0])) }

// lastWords is the reason of the death with the given number.
func lastWords(number uint64) string { return fmt.Sprintf("last words %d", number) }

// The lives of others.

func (p *player) start(args [4]uint64) result { return result{err: p.core.Start(peer(args[0]))} }

func (p *player) stop(args [4]uint64) result { return result{err: p.core.Stop(peer(args[0]))} }

func (p *player) notice([4]uint64) result {
	n, there := p.core.Notice()
	if !there {
		return result{}
	}
	return result{values: [4]uint64{1, uint64(n.Core), n.Incarnation, uint64(n.Cause)}}
}

func (p *player) awaitNotice(args [4]uint64) result {
	deadline := p.core.Now().Add(waitLong)
	for {
		if r := p.notice(args); r.values[0] != 0 {
			return r
		}
		p.core.Wait(deadline)
		if p.core.Now() >= deadline {
			return failed("no notice ended a wait of %v: want one of the core that died", waitLong)
		}
		time.Sleep(pollEvery)
	}
}

func (p *player) epitaph(args [4]uint64) result {
	e, there := p.core.Epitaph(peer(args[0]))
	if !there {
		return result{}
	}
	if e.Core != peer(args[0]) {
		return failed("epitaph of %v is %v's: want its own", peer(args[0]), e.Core)
	}
	values := [4]uint64{1, e.Incarnation, uint64(e.Cause), uint64(e.At)}
	return result{values: values, text: e.Reason}
}

// Time.

func (p *player) clock([4]uint64) result {
	last := p.core.Now()
	for range clockReads {
		now := p.core.Now()
		if now < last {
			return failed("time went back by %v: want never", last.Sub(now))
		}
		last = now
	}
	return result{values: [4]uint64{uint64(last)}}
}

// beside waits while a goroutine beside it ticks, and uses the driver.
func (p *player) beside(args [4]uint64) result {
	deadline := p.core.Now().Add(time.Duration(args[0]))
	ticks, done := make(chan int), make(chan struct{})
	go func() {
		count := 0
		for {
			select {
			case <-done:
				ticks <- count
				return
			case <-time.After(time.Duration(args[0]) / (4 * besideTicks)):
				p.core.Now()
				count++
			}
		}
	}()
	for p.core.Now() < deadline {
		p.core.Wait(deadline)
		time.Sleep(pollEvery)
	}
	close(done)
	return result{values: [4]uint64{uint64(<-ticks)}}
}
