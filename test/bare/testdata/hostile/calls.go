package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"skerry/kernel/layout"
	"skerry/kernel/ring3"
)

// report is what a fuzzing life tells core 0, in the window between them.
type report struct {
	calls, refused, done, signals atomic.Uint64
	framesBefore, framesAfter     atomic.Uint64
}

const (
	reportAt   = 192
	lifeCalls  = 100_000
	tidyEvery  = 4096
	framesSlop = 64 // page tables that stay
)

func reportIn(window []byte) *report { return (*report)(unsafe.Pointer(&window[reportAt])) }

// fuzz is what core 1 does in a life of random calls.
func fuzz(core *ring3.Core, seed uint64) {
	window, _ := core.Window(0)
	r := reportIn(window)
	f := newFuzzer(seed + core.Boot().Incarnation<<32)
	f.tidyUp()
	r.framesBefore.Store(framesInUse())
	for f.calls < lifeCalls {
		f.step()
		if f.calls%64 == 0 {
			r.calls.Store(f.calls)
			r.refused.Store(f.results[0])
			r.done.Store(f.results[1])
			r.signals.Store(f.results[2])
		}
		if f.calls%tidyEvery == 0 {
			f.tidyUp()
		}
	}
	f.tidyUp()
	r.framesAfter.Store(framesInUse())
	r.calls.Store(f.calls)
	core.Die("calls made")
}

var info unix.Sysinfo_t

// framesInUse asks the driver.
func framesInUse() uint64 {
	must(unix.SYS_SYSINFO, address(&info))
	return (info.Totalram - info.Freeram) / layout.PageBytes
}

// superviseFuzz is what core 0 does while core 1 makes so many calls, in as many lives as it takes.
func superviseFuzz(core *ring3.Core, args []string) {
	total, err := strconv.ParseUint(args[1], 0, 64)
	if err != nil {
		core.Die(err.Error())
	}
	window, _ := core.Window(2)
	c := newCanary(0, window)
	toFuzzer, _ := core.Window(1)
	r := reportIn(toFuzzer)
	if ask(core, window, 1) != "" {
		core.Die("core 2 does not answer")
	}
	ready(toFuzzer).Store(1)
	begun := time.Now()
	var calls, signals, done, lives, early uint64
	for calls < total {
		e := waitForDeath(core)
		lives++
		calls, signals, done = calls+r.calls.Load(), signals+r.signals.Load(), done+r.done.Load()
		breach := ask(core, window, lives+1) + c.check(0)
		switch {
		case strings.HasPrefix(e.Reason, "ring 0"):
			breach += " " + e.Reason
		case e.Reason != "calls made":
			early++
		case r.framesAfter.Load() > r.framesBefore.Load()+framesSlop:
			breach += fmt.Sprintf(" %d frames in use: want about %d as before",
				r.framesAfter.Load(), r.framesBefore.Load())
		}
		fmt.Printf("hostile: life %d: %d calls, %d frames, then %d: %s\n", lives, r.calls.Load(),
			r.framesBefore.Load(), r.framesAfter.Load(), e.Reason)
		if breach != "" {
			fmt.Printf("hostile: breach: seed %s, life %d: %s\n", args[0], e.Incarnation, breach)
			core.PowerOff(1)
		}
		*r = report{}
		if err := core.Start(1); err != nil {
			core.Die(err.Error())
		}
	}
	fmt.Printf("hostile: %d calls in %d lives (%d ended early): %d done, %d signals, %v\n", calls,
		lives, early, done, signals, time.Since(begun))
	core.PowerOff(0)
}
