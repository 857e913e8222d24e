// Package kernel is the contract between a core's CPU driver and the operating system above it.
//
// A machine is a set of cores. Each runs one instance of the system, with a Go runtime, a heap and
// a collector of its own; nothing is shared between two cores but the memory of the window between
// them. A CPU driver gives its instance the few things of type [Core]; everything above this
// directory is the same source on every driver, and never asks which one it runs on. There are
// three: bare (ring 0 of an x86-64 CPU), hosted (a Linux process) and sim (a struct in a test).
//
// This file is the porting guide: whoever provides Core as told here, and passes
// kernel/kerneltest, has written a driver.
//
// # The life of a core
//
// A core is off, running or dead. Each life has a number, its incarnation: 1 for the first, and
// larger by one at each further start, for as long as the machine runs.
//
//	state     event                   next      what the driver does, in this order
//	off       Start                   running   (window memory is zero at the machine's start)
//	running   the program returns,    dead      1. fence: the core executes nothing more and
//	          Die, Stop, panic,                    writes no memory that others can see
//	          fault, kill, watchdog             2. its epitaph is readable
//	                                            3. each running core is sent a Notice, which
//	                                               makes its Wait return; the next life may
//	                                               have begun when it comes
//	dead      Start                   running   private memory is fresh, incarnation + 1;
//	                                            window memory is as the dead life left it
//	running   Start                   running   refused: ErrRunning
//	off, dead Stop                    same      refused: ErrNotRunning
//
// The machine ends when no core runs.
//
// # Memory
//
// For each pair of cores there is one window of WindowBytes bytes, aligned to 64 bytes at least,
// mapped in these two cores and in no other. A machine may keep two cores apart: then there is none
// for them. The driver never reads or writes it after the
// machine's start. The two ends agree in msgpass on what lies in it.
//
// # Order
//
// Window memory behaves as the processor's memory does (bare, hosted) or as Go's memory model says
// (sim). A kick carries no data and orders nothing: what is to be seen is published before the kick
// by the rules of msgpass.
package kernel

import (
	"fmt"
	"math"
	"time"
)

// CoreID names a core of a machine, and the machine: the high 16 bits are the machine (0 is the
// machine one runs on), the low 16 bits the core's index on it.
type CoreID uint32

// MakeCoreID returns the id of the core with the given index on the given machine.
func MakeCoreID(machine, index uint16) CoreID { return CoreID(machine)<<16 | CoreID(index) }

// Machine returns the number of the core's machine.
func (id CoreID) Machine() uint16 { return uint16(id >> 16) }

// Index returns the core's index on its machine, counted from 0.
func (id CoreID) Index() uint16 { return uint16(id) }

// String returns "core 3", or "core 2/3" for core 3 of machine 2.
func (id CoreID) String() string {
	if id.Machine() == 0 {
		return fmt.Sprintf("core %d", id.Index())
	}
	return fmt.Sprintf("core %d/%d", id.Machine(), id.Index())
}

// Instant is a point of the machine's time: nanoseconds on a clock that all cores of a machine
// share, that never goes back, and that starts at an unspecified point.
type Instant int64

// Forever is later than every other Instant.
const Forever = Instant(math.MaxInt64)

// Add returns the instant d after t; it is Forever where the sum would pass it.
func (t Instant) Add(d time.Duration) Instant {
	if sum := t + Instant(d); d < 0 || sum >= t {
		return sum
	}
	return Forever
}

// Sub returns the time from u to t.
func (t Instant) Sub(u Instant) time.Duration { return time.Duration(t - u) }

// WindowBytes is the size of the memory that two cores share: one huge page.
const WindowBytes = 2 << 20

// BootInfo tells a core what it is. The driver fills it in before the instance starts; it does not
// change during a life.
type BootInfo struct {
	Core        CoreID        // this core
	Cores       []CoreID      // all cores of the machine, ascending, this one among them
	Incarnation uint64        // this core's life, counted from 1
	Args        []string      // the program's arguments; Args[0] is its name
	WakeCost    time.Duration // what blocking in Wait and being woken costs, about; 0: never spin
}

// Core is what a CPU driver gives to the instance that runs on it. Wait and Notice are for one
// goroutine, the loop of the core; every other method may be called by several at once.
type Core interface {
	// Boot returns the boot information; the caller leaves its slices as they are.
	Boot() BootInfo

	// Now returns the present time.
	Now() Instant

	// Window returns the memory shared with peer, WindowBytes long, always the same.
	// Errors: ErrNoCore, ErrSelf, ErrNoWindow.
	Window(peer CoreID) ([]byte, error)

	// Kick makes peer's present or next Wait return soon. It is a hint: it may be lost, late or
	// doubled, and the system is only slower for it. It never blocks. A kick of a core that is not
	// running, does not exist, or shares no window, does nothing.
	Kick(peer CoreID)

	// Wait blocks the calling goroutine, and no other, until a kick or a notice that came since the
	// last Wait returned, or until deadline. It tells whether it was a kick or a notice. It may
	// return early without a reason.
	Wait(deadline Instant) bool

	// Notice returns the oldest death notice that was not yet returned, if there is one. A core
	// that died more than once since it was last reported is reported once, with its last life.
	Notice() (Notice, bool)

	// Start starts a core that is off or dead and returns without waiting for its program.
	// Errors: ErrNoCore, ErrRunning, ErrForbidden; others if the driver lacks what a core needs.
	Start(peer CoreID) error

	// Stop ends the life of a running core, whether or not its instance answers, and returns when
	// it is fenced. A core that stops itself dies. Errors: ErrNoCore, ErrNotRunning,
	// ErrForbidden.
	Stop(peer CoreID) error

	// Epitaph returns how the last life of peer ended; false if none has ended, if the last epitaph
	// was overwritten by garbage, or if this core may not see it.
	Epitaph(peer CoreID) (Epitaph, bool)

	// Die ends this core's life with the given reason, and does not return.
	Die(reason string)
}

// Program is what a driver runs on a core: it lives as long as the core does. A nil error ends the
// life as epitaph.Exited, another one as epitaph.Panicked with its text as the reason.
type Program func(Core) error
