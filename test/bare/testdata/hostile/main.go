// Hostile is an instance that attacks from core 1, under the eyes of cores 0 and 2. With a seed and
// a number it makes so many random system calls instead.
//
// Life 1 of core 1 catches all signals, makes every attack and every sweep, and says what it got
// that it should not. Each life after it makes one attack, which ends it. Core 0, the judge, reads
// its epitaph, starts the next life, and sees each time that nothing has changed on cores 0 and 2:
// not their heaps, not the window between them, nor what all read.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"
	"unsafe"

	"skerry/kernel"
	"skerry/kernel/epitaph"
	"skerry/kernel/ring3"
)

// machine is what an attacker would like to know: physical addresses.
type machine struct {
	commons uint64
	window  uint64 // between cores 0 and 2
	need    uint64 // where memory ends
	base    [3]uint64
}

func main() {
	core, err := ring3.Attach()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	var m machine
	for i, to := range []*uint64{&m.commons, &m.window, &m.need, &m.base[0], &m.base[1], &m.base[2]} {
		if *to, err = strconv.ParseUint(core.Boot().Args[1+i], 0, 64); err != nil {
			core.Die(err.Error())
		}
	}
	mode := core.Boot().Args[7:] // a seed and a number of calls, or nothing
	switch id := core.Boot().Core; {
	case id == 0 && len(mode) == 2:
		superviseFuzz(core, mode)
	case id == 0:
		judge(core, &m)
	case id == 2:
		watch(core)
	}
	debug.SetGCPercent(-1)
	runtime.LockOSThread()
	for window, _ := core.Window(0); ready(window).Load() == 0; {
		core.Wait(core.Now().Add(time.Millisecond))
	}
	if len(mode) == 2 {
		seed, _ := strconv.ParseUint(mode[0], 0, 64)
		fuzz(core, seed)
	}
	attackAll(core, &m)
}

// breachesTold is how many breaches of a life are told. The sweeps, which may see many, come last.
const breachesTold = 100

// attackAll is what core 1 does in a life.
func attackAll(core *ring3.Core, m *machine) {
	life := core.Boot().Incarnation
	prepare(life == 1)
	fillData()
	list := attacks(m)
	if life > 1 {
		a := &deadly(list)[life-2]
		if a.prepare != nil {
			a.prepare()
		}
		o, result := attempt(a.bytes(), a.r)
		core.Die("survived: " + a.lands(o, result))
	}
	done, breaches := 0, 0
	report := func(name, breach string) {
		done++
		if breach == "" {
			return
		}
		if breaches++; breaches <= breachesTold {
			fmt.Printf("hostile: breach: %s: %s\n", name, breach)
		}
	}
	for _, a := range list {
		if a.prepare != nil {
			a.prepare()
		}
		report(a.name, a.lands(attempt(a.bytes(), a.r)))
	}
	sweep(m, report)
	fmt.Printf("hostile: %d attacks in one life, %d breaches\n", done, breaches)
	core.Die("done")
}

// deadly returns the attacks that end a life. One interrupt gate is as good as another, then.
func deadly(list []attack) (some []attack) {
	for _, a := range list {
		var n int
		if _, err := fmt.Sscanf(a.name, "INT %d", &n); err == nil && n%16 != 0 || a.signal == 0 {
			continue
		}
		some = append(some, a)
	}
	return some
}

// judge is what core 0 does.
func judge(core *ring3.Core, m *machine) {
	window, _ := core.Window(2)
	c := newCanary(0, window)
	list := deadly(attacks(m))
	if ask(core, window, 1) != "" {
		core.Die("core 2 does not answer")
	}
	toAttacker, _ := core.Window(1)
	ready(toAttacker).Store(1)
	breaches := 0
	begun := time.Now()
	for life := range uint64(len(list) + 1) {
		breach := verdict(waitForDeath(core), life, list)
		breach += ask(core, window, life+2) + c.check(0)
		if breach != "" {
			breaches++
			name := "the first life"
			if life > 0 {
				name = list[life-1].name
			}
			fmt.Printf("hostile: life-ending breach: %s: %s\n", name, breach)
		}
		if life < uint64(len(list)) {
			if err := core.Start(1); err != nil {
				core.Die(err.Error())
			}
		}
	}
	fmt.Printf("hostile: %d lives, %d breaches, %v\n", len(list)+1, breaches, time.Since(begun))
	core.PowerOff(min(breaches, 1))
}

func waitForDeath(core *ring3.Core) kernel.Epitaph {
	for {
		if n, ok := core.Notice(); ok && n.Core == 1 {
			e, _ := core.Epitaph(1)
			return e
		}
		core.Wait(core.Now().Add(time.Second))
	}
}

// verdict returns what is wrong with the end of a life.
func verdict(e kernel.Epitaph, life uint64, list []attack) string {
	if life == 0 {
		if e.Cause != epitaph.Panicked || e.Reason != "done" {
			return fmt.Sprintf("%v: %s: want it to end by itself", e.Cause, e.Reason)
		}
		return ""
	}
	a := list[life-1]
	var signal, trap, ip, address uint64
	n, _ := fmt.Sscanf(e.Reason, "signal %d at 0x%x, exception %d, address 0x%x", &signal, &ip, &trap,
		&address)
	switch {
	case n != 4 || e.Cause != epitaph.Faulted || !a.signals(signal) ||
		a.trap != anyTrap && trap != a.trap ||
		a.trap == page && !a.ownPlace && address != a.address:
		return fmt.Sprintf("%v: %s: want signal %d, exception %d, address %#x", e.Cause, e.Reason,
			a.signal, a.trap, a.address)
	}
	return ""
}

// The words with which core 0 asks core 2 to look at its canary, and is told; core 2's answer is
// the question, or with anger added if something has changed.
func words(window []byte) (question, answer *atomic.Uint64) {
	at := unsafe.Pointer(&window[0])
	return (*atomic.Uint64)(at), (*atomic.Uint64)(unsafe.Add(at, 64))
}

const anger = 1 << 32

// ready is the word with which core 0 lets core 1 begin.
func ready(window []byte) *atomic.Uint64 {
	return (*atomic.Uint64)(unsafe.Pointer(&window[128]))
}

func ask(core *ring3.Core, window []byte, number uint64) string {
	question, answer := words(window)
	question.Store(number)
	core.Kick(2)
	for end := time.Now().Add(10 * time.Second); answer.Load()&^anger != number; {
		if time.Now().After(end) {
			return " core 2 does not answer"
		}
		core.Wait(core.Now().Add(time.Millisecond))
	}
	if answer.Load() != number {
		return " changes on core 2"
	}
	return ""
}

// watch is what core 2 does.
func watch(core *ring3.Core) {
	window, _ := core.Window(0)
	question, answer := words(window)
	for question.Load() == 0 { // the window is filled
		core.Wait(core.Now().Add(time.Millisecond))
	}
	c := newCanary(2, window)
	for {
		if q := question.Load(); answer.Load()&^anger != q {
			changed := c.check(2)
			if changed != "" {
				fmt.Printf("hostile: core 2: changed:%s\n", changed)
				q |= anger
			}
			answer.Store(q)
			core.Kick(0)
		}
		core.Wait(core.Now().Add(100 * time.Millisecond))
	}
}
