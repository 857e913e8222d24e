package kerneltest_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// Drivers with one bug each: a sound one, and a call that is broken.

type startsNothing struct{ kernel.Core }

func (startsNothing) Start(kernel.CoreID) error { return nil }

type restartsRunning struct{ kernel.Core }

func (d restartsRunning) Start(id kernel.CoreID) error {
	_ = d.Core.Start(id)
	return nil
}

type alwaysFirstLife struct{ kernel.Core }

func (d alwaysFirstLife) Boot() kernel.BootInfo {
	boot := d.Core.Boot()
	boot.Incarnation = 1
	return boot
}

type oneTooMany struct{ kernel.Core }

func (d oneTooMany) Boot() kernel.BootInfo {
	boot := d.Core.Boot()
	if boot.Core == 1 {
		boot.Cores = append(slices.Clone(boot.Cores), 9)
	}
	return boot
}

type windowToItself struct{ kernel.Core }

func (d windowToItself) Window(peer kernel.CoreID) ([]byte, error) {
	if peer == d.Boot().Core {
		return make([]byte, kernel.WindowBytes), nil
	}
	return d.Core.Window(peer)
}

type movingWindow struct{ kernel.Core }

func (d movingWindow) Window(peer kernel.CoreID) ([]byte, error) {
	if w, err := d.Core.Window(peer); err != nil || min(peer, d.Boot().Core) == 0 {
		return w, err
	}
	return make([]byte, kernel.WindowBytes), nil
}

// strayWindow gives core 1 other memory than core 2 for the window between them.
type strayWindow struct {
	kernel.Core
	stray []byte
}

func newStrayWindow(c kernel.Core) kernel.Core {
	return strayWindow{c, make([]byte, kernel.WindowBytes)}
}

func (d strayWindow) Window(peer kernel.CoreID) ([]byte, error) {
	if peer == 2 && d.Boot().Core == 1 {
		return d.stray, nil
	}
	return d.Core.Window(peer)
}

// crossedWindow gives core 1 the window to core 0 as the one to core 2.
type crossedWindow struct{ kernel.Core }

func (d crossedWindow) Window(peer kernel.CoreID) ([]byte, error) {
	if peer == 2 && d.Boot().Core == 1 {
		peer = 0
	}
	return d.Core.Window(peer)
}

type neverOnTime struct{ kernel.Core }

func (d neverOnTime) Wait(kernel.Instant) bool { return d.Core.Wait(kernel.Forever) }

type neverWaits struct{ kernel.Core }

func (d neverWaits) Wait(kernel.Instant) bool { return d.Core.Wait(d.Now()) }

// waitsAlone lets no goroutine use the driver while one waits.
type waitsAlone struct {
	kernel.Core
	turn chan struct{}
}

func newWaitsAlone(c kernel.Core) kernel.Core { return waitsAlone{c, make(chan struct{}, 1)} }

func (d waitsAlone) Wait(deadline kernel.Instant) bool {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	return d.Core.Wait(deadline)
}

func (d waitsAlone) Now() kernel.Instant {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	return d.Core.Now()
}

type losesKicks struct{ kernel.Core }

func (losesKicks) Kick(kernel.CoreID) {}

// forgetsKicks is woken by kicks that come while it waits, and by no others.
type forgetsKicks struct{ kernel.Core }

func (d forgetsKicks) Wait(deadline kernel.Instant) bool {
	_ = d.Core.Wait(d.Now())
	return d.Core.Wait(deadline)
}

// fastClock is ahead of the other cores' clocks.
type fastClock struct{ kernel.Core }

func newFastClock(c kernel.Core) kernel.Core {
	if c.Boot().Core == 1 {
		return fastClock{c}
	}
	return c
}

const ahead = 300 * time.Microsecond

func (d fastClock) Now() kernel.Instant { return d.Core.Now().Add(ahead) }

func (d fastClock) Wait(deadline kernel.Instant) bool { return d.Core.Wait(deadline.Add(-ahead)) }

// jumpyClock goes back at times.
type jumpyClock struct {
	kernel.Core
	reads *atomic.Int64
}

func newJumpyClock(c kernel.Core) kernel.Core { return jumpyClock{c, new(atomic.Int64)} }

func (d jumpyClock) Now() kernel.Instant {
	if d.reads.Add(1)%500 == 499 {
		return d.Core.Now().Add(-time.Nanosecond)
	}
	return d.Core.Now()
}

type nobodyIsThere struct{ kernel.Core }

func (d nobodyIsThere) Stop(id kernel.CoreID) error {
	if err := d.Core.Stop(id); err != nil {
		return kernel.ErrNotRunning
	}
	return nil
}

type wrongLife struct{ kernel.Core }

func (d wrongLife) Notice() (kernel.Notice, bool) {
	n, there := d.Core.Notice()
	n.Incarnation++
	return n, there
}

type wrongCause struct{ kernel.Core }

func (d wrongCause) Notice() (kernel.Notice, bool) {
	n, there := d.Core.Notice()
	n.Cause = epitaph.Unknown
	return n, there
}

type speechless struct{ kernel.Core }

func (d speechless) Epitaph(id kernel.CoreID) (kernel.Epitaph, bool) {
	e, there := d.Core.Epitaph(id)
	e.Reason = ""
	return e, there
}

type noEpitaph struct{ kernel.Core }

func (noEpitaph) Epitaph(kernel.CoreID) (kernel.Epitaph, bool) { return kernel.Epitaph{}, false }

type diesAsStopped struct{ kernel.Core }

func (d diesAsStopped) Die(string) { _ = d.Stop(d.Boot().Core) }

// losesNotices never tells of cores that were stopped.
type losesNotices struct{ kernel.Core }

func (d losesNotices) Notice() (kernel.Notice, bool) {
	n, there := d.Core.Notice()
	return n, there && n.Cause != epitaph.Stopped
}

// sleepsOn is woken by a notice at the deadline only.
type sleepsOn struct{ kernel.Core }

func (d sleepsOn) Wait(deadline kernel.Instant) bool {
	woken := d.Core.Wait(deadline)
	for _, id := range d.Boot().Cores {
		if _, died := d.Epitaph(id); died && woken && deadline != kernel.Forever {
			time.Sleep(deadline.Sub(d.Now()))
		}
	}
	return woken
}

// stopsLate returns from Stop before the fence.
type stopsLate struct{ kernel.Core }

func (d stopsLate) Stop(id kernel.CoreID) error {
	if id == d.Boot().Core || !slices.Contains(d.Boot().Cores, id) {
		return d.Core.Stop(id)
	}
	go func() {
		time.Sleep(10 * time.Millisecond)
		_ = d.Core.Stop(id)
	}()
	return nil
}

type neverStopsItself struct{ kernel.Core }

func (d neverStopsItself) Stop(id kernel.CoreID) error {
	if id == d.Boot().Core {
		return nil
	}
	return d.Core.Stop(id)
}

type kickStarts struct{ kernel.Core }

func (d kickStarts) Kick(id kernel.CoreID) {
	_ = d.Start(id)
	d.Core.Kick(id)
}

type stopsTheDead struct{ kernel.Core }

func (d stopsTheDead) Stop(id kernel.CoreID) error {
	if err := d.Core.Stop(id); !errors.Is(err, kernel.ErrNotRunning) {
		return err
	}
	return nil
}

// oneByOne reports a core that died twice in two notices.
type oneByOne struct {
	kernel.Core
	held *[]kernel.Notice
	last map[kernel.CoreID]uint64
}

func newOneByOne(c kernel.Core) kernel.Core {
	return oneByOne{c, new([]kernel.Notice), map[kernel.CoreID]uint64{}}
}

func (d oneByOne) Notice() (kernel.Notice, bool) {
	if n, there := d.Core.Notice(); there {
		if last := d.last[n.Core]; last > 0 && n.Incarnation > last+1 {
			first := kernel.Notice{Core: n.Core, Incarnation: last + 1, Cause: n.Cause}
			*d.held = append(*d.held, first)
		}
		d.last[n.Core] = n.Incarnation
		*d.held = append(*d.held, n)
	}
	if len(*d.held) == 0 {
		return kernel.Notice{}, false
	}
	n := (*d.held)[0]
	*d.held = (*d.held)[1:]
	return n, true
}
