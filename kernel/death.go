package kernel

import (
	"errors"
	"fmt"

	"skerry/kernel/epitaph"
)

// Refusals that a driver answers; it may wrap them with the values found.
var (
	ErrNoCore     = errors.New("kernel: no such core on this machine")
	ErrSelf       = errors.New("kernel: a core has no window to itself")
	ErrNoWindow   = errors.New("kernel: these two cores share no window on this machine")
	ErrRunning    = errors.New("kernel: the core is running already")
	ErrNotRunning = errors.New("kernel: the core is not running")
	ErrForbidden  = errors.New("kernel: this core may not do that to the other")
)

// Notice tells that a core has died. The core was fenced before: it writes no memory any more.
type Notice struct {
	Core        CoreID
	Incarnation uint64 // the life that ended; this one and all before it are over
	Cause       epitaph.Cause
}

// Epitaph tells how a core's life ended.
type Epitaph struct {
	Core        CoreID
	Incarnation uint64
	Cause       epitaph.Cause
	At          Instant
	Reason      string // at most epitaph.ReasonBytes bytes
}

// String returns the epitaph on one line.
func (e Epitaph) String() string {
	return fmt.Sprintf("%v, life %d: %v: %s", e.Core, e.Incarnation, e.Cause, e.Reason)
}

// Inscribe writes the epitaph to its core's page; a longer reason is cut to what the page holds.
func (e Epitaph) Inscribe(p *epitaph.Page) {
	r := epitaph.Record{
		Core: uint32(e.Core), Incarnation: e.Incarnation, Cause: e.Cause, At: int64(e.At),
	}
	r.ReasonSize = uint32(copy(r.Reason[:], e.Reason))
	p.Write(&r)
}

// ReadEpitaph returns what is written on a page; false if nothing is, or nothing sound.
func ReadEpitaph(p *epitaph.Page) (Epitaph, bool) {
	var r epitaph.Record
	if !p.Read(&r) {
		return Epitaph{}, false
	}
	return Epitaph{
		Core: CoreID(r.Core), Incarnation: r.Incarnation, Cause: r.Cause, At: Instant(r.At),
		Reason: string(r.Reason[:r.ReasonSize]),
	}, true
}
