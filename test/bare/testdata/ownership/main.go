// Ownership is an instance that tries what it may do to other cores, and says what came of it. Core
// 2 tries, and stops itself at last; core 1 answers it, starts it once more, and tries to stop core
// 0; core 0 tells if anybody rang it.
package main

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"skerry/kernel"
	"skerry/kernel/drivercall"
	"skerry/kernel/layout"
	"skerry/kernel/local"
)

// patience is how long a core waits for another.
const patience = 20 * time.Second

// Bytes of the window between cores 1 and 2.
const (
	byteReady = iota // core 1 listens
	byteRung         // core 1 was rung
)

func main() {
	core, err := local.Attach()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	switch core.Boot().Core {
	case 0:
		watch(core)
	case 1:
		answer(core)
	case 2:
		if core.Boot().Incarnation == 1 {
			try(core)
		}
	}
}

// say prints what came of something.
func say(what string, peer kernel.CoreID, err error) {
	result := "done"
	if err != nil {
		result = err.Error()
	}
	fmt.Printf("ownership: %s %v: %s\n", what, peer, result)
}

// await waits for a life of a core to end, and calls rung for each kick before the first death: a
// notice rings too, maybe after it was found.
func await(core kernel.Core, peer kernel.CoreID, life uint64, rung func()) {
	died := false
	for end := core.Now().Add(patience); core.Now() < end; {
		kicked := core.Wait(end)
		for n, ok := core.Notice(); ok; n, ok = core.Notice() {
			if died = true; n.Core == peer && n.Incarnation == life {
				return
			}
		}
		if kicked && !died {
			rung()
		}
	}
	fmt.Printf("ownership: life %d of %v has not ended\n", life, peer)
}

func watch(core kernel.Core) {
	_, err := core.Window(2)
	say("core 0: window to", 2, err)
	await(core, 1, 1, func() { fmt.Println("ownership: core 0 was rung") })
}

func answer(core kernel.Core) {
	window, err := core.Window(2)
	say("core 1: window to", 2, err)
	window[byteReady] = 1
	await(core, 2, 1, func() { window[byteRung] = 1 })
	say("core 1: start", 2, core.Start(2))
	await(core, 2, 2, func() {})
	say("core 1: stop", 0, core.Stop(0))
}

func try(core kernel.Core) {
	look := core.(kernel.Inspector)
	window, err := core.Window(1)
	for id := range kernel.CoreID(2) {
		_, err = core.Window(id)
		say("window to", id, err)
		say("reach the window to", id, reach(id))
	}
	for window[byteReady] == 0 {
		time.Sleep(time.Millisecond)
	}
	core.Kick(0)
	core.Kick(1)
	for end := core.Now().Add(patience); window[byteRung] == 0 && core.Now() < end; {
		time.Sleep(time.Millisecond)
	}
	fmt.Printf("ownership: core 1 was rung %d\n", window[byteRung])
	for id := range kernel.CoreID(3) {
		_, err = look.Status(id)
		say("status of", id, err)
		_, err = look.Trace(id)
		say("trace of", id, err)
		say("start", id, core.Start(id))
	}
	for id := range kernel.CoreID(2) {
		say("provoke", id, look.Provoke(id, kernel.FaultInDriver))
		say("stop", id, core.Stop(id))
	}
	look.PowerOff(9)
	fmt.Println("ownership: power off: refused")
	say("stop", 2, core.Stop(2))
}

// reach has the driver write where the window to a core would be.
func reach(id kernel.CoreID) error {
	const offset = layout.BlockBytes - layout.PageBytes
	at := layout.Windows + uintptr(id)*layout.BlockBytes + offset
	if _, _, e := syscall.RawSyscall(drivercall.Memory, at, 0, 0); e != 0 {
		return e
	}
	return nil
}
