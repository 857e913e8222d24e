package ring3

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/commons"
	"skerry/kernel/drivercall"
	"skerry/kernel/epitaph"
	"skerry/kernel/manifest"
)

// On Linux there is no such driver, and its calls are refused.
func TestLinuxIsNotBare(t *testing.T) {
	var status commons.Status
	if Booted() || (trap{}).status(0, &status) == nil || (trap{}).console() ||
		(trap{}).notice(new(drivercall.Death)) || (trap{}).epitaph(0, new(epitaph.Page)) {
		t.Error("a driver call is served: want all refused")
	}
	if _, err := Attach(); err == nil {
		t.Error("attached: want an error")
	}
}

// A core is what the driver says, with the windows that it mapped.
func TestAttach(t *testing.T) {
	c, f, _ := rig(t)
	boot := c.Boot()
	if boot.Core != 1 || boot.Incarnation != 4 || boot.WakeCost != 5*time.Microsecond ||
		!slices.Equal(boot.Cores, []kernel.CoreID{0, 1, 2}) ||
		!slices.Equal(boot.Args, []string{"shell", "--exec"}) {
		t.Errorf("boot information %+v: want that of core 1 of 3", boot)
	}
	for peer, want := range []error{nil, kernel.ErrSelf, nil, kernel.ErrNoCore} {
		window, err := c.Window(kernel.CoreID(peer))
		if !errors.Is(err, want) || err == nil && len(window) != kernel.WindowBytes {
			t.Errorf("window to core %d: %d bytes, error %v: want %v", peer, len(window), err, want)
		}
	}
	f.facts.Window[2] = 0
	apart, err := attach(f, nil, []string{"instance", "shell"})
	if err != nil {
		t.Fatal(err)
	}
	if w, err := apart.Window(2); !errors.Is(err, kernel.ErrNoWindow) {
		t.Errorf("window that the driver did not map: %d bytes, error %v: want ErrNoWindow", len(w),
			err)
	}
	if _, err := attach(&fake{}, nil, []string{"instance", "shell"}); err == nil {
		t.Error("attached as core 0 of 0: want a refusal")
	}
}

// tardy is a driver in whose machine core 2 is about to run when it is asked to start it: its life
// is counted, and the order comes too late to count another one.
type tardy struct{ *fake }

func (d tardy) start(kernel.CoreID) error {
	d.later(func() { d.lines[2].State = commons.Running })
	return nil
}

// A start of a core that another start has brought as far as its next life does what was asked.
func TestStartOfCoreThatStarts(t *testing.T) {
	c, f, _ := rig(t)
	f.lines[2] = commons.Status{State: commons.Dead, Incarnation: 18, Ended: 17}
	c.driver = tardy{f}
	if err := c.Start(2); err != nil {
		t.Errorf("error %v: want core 2 started", err)
	}
}

// A start and a stop are over when they return, though the driver carries them out later, and
// refusals are those of the contract. Planted: a core that does not wait for the driver.
func TestStartAndStop(t *testing.T) {
	c, f, _ := rig(t)
	if err := c.Start(2); err != nil || f.lines[2].State != commons.Running {
		t.Errorf("after Start: error %v, %+v: want it running", err, f.lines[2])
	}
	if err := c.Start(2); !errors.Is(err, kernel.ErrRunning) {
		t.Errorf("Start again: error %v: want ErrRunning", err)
	}
	if err := c.Stop(2); err != nil || f.lines[2].Ended != 1 {
		t.Errorf("after Stop: error %v, %+v: want it ended", err, f.lines[2])
	}
	if err := c.Stop(2); !errors.Is(err, kernel.ErrNotRunning) {
		t.Errorf("Stop again: error %v: want ErrNotRunning", err)
	}
	if err := errors.Join(c.Start(cores), c.Stop(cores)); !errors.Is(err, kernel.ErrNoCore) {
		t.Errorf("no core: error %v: want ErrNoCore", err)
	}
	if f.start(0); f.lines[0].State == commons.Running {
		t.Error("a core that does not wait for the driver passes too")
	}
}

// What the driver does not permit is refused by the contract's name for it.
func TestForbidden(t *testing.T) {
	c, f, _ := rig(t)
	f.forbids = true
	_, status := c.Status(2)
	_, trace := c.Trace(2)
	for what, err := range map[string]error{
		"start": c.Start(2), "stop": c.Stop(2), "status": status, "trace": trace,
		"provoke": c.Provoke(2, kernel.FaultInDriver),
	} {
		if !errors.Is(err, kernel.ErrForbidden) {
			t.Errorf("%s: error %v: want ErrForbidden", what, err)
		}
	}
}

// Every notice is returned once, as soon as the driver has counted the death, and a loop without
// one does not bother the driver.
func TestNotice(t *testing.T) {
	c, f, _ := rig(t)
	take := func() (list []kernel.CoreID) {
		for n, ok := c.Notice(); ok; n, ok = c.Notice() {
			list = append(list, n.Core)
		}
		return list
	}
	take()
	f.deaths, f.notices = []drivercall.Death{{Core: 2, Incarnation: 1}, {Core: 0}}, 0
	if got := take(); got != nil || f.notices != 0 {
		t.Errorf("without a death: notices of %v by %d calls: want none", got, f.notices)
	}
	*c.deaths += 2
	if got := take(); !slices.Equal(got, []kernel.CoreID{2, 0}) || f.notices != 3 {
		t.Errorf("notices of %v by %d calls: want 2, 0 by 3", got, f.notices)
	}
}

// The heartbeat counts.
func TestHeartbeat(t *testing.T) {
	c, _, _ := rig(t)
	pulse := new(uint64)
	go c.beat(pulse)
	for end := time.Now().Add(20 * time.Second); atomic.LoadUint64(pulse) < 2; {
		if time.Now().After(end) {
			t.Fatal("no pulse")
		}
		time.Sleep(time.Millisecond)
	}
}

// An epitaph is read from where the driver puts it, and a reason is cut to what it holds.
func TestDeath(t *testing.T) {
	c, f, _ := rig(t)
	if e, ok := c.Epitaph(2); !ok || e.Incarnation != 7 || e.Reason != "quiet" {
		t.Errorf("epitaph %v, %v: want life 7, quiet", e, ok)
	}
	if e, ok := c.Epitaph(0); ok {
		t.Errorf("epitaph %v of a core that has none", e)
	}
	defer func() {
		if recover() == nil || len(f.reason) != epitaph.ReasonBytes {
			t.Errorf("died with a reason of %d bytes: want %d", len(f.reason), epitaph.ReasonBytes)
		}
	}()
	c.Die(strings.Repeat("x", 2*epitaph.ReasonBytes))
}

// What the driver saw and did is told in the machine's time, the oldest first.
func TestInspect(t *testing.T) {
	c, f, _ := rig(t)
	c.clock = &commons.Clock{Start: 1000, Scale: 1 << 31} // 2 GHz
	f.lines[2] = commons.Status{State: commons.Dead, Incarnation: 3, Frames: 2, FramesMax: 4}
	if s, err := c.Status(2); err != nil || s.State != kernel.Dead || s.Memory != 8192 ||
		s.MemoryMax != 16384 {
		t.Errorf("status %+v, error %v: want it dead with 8192 of 16384 bytes", s, err)
	}
	for i := range uint64(commons.TraceEvents + 2) {
		f.traced.Event[i%commons.TraceEvents] = commons.Event{
			At: 1000 + 2*i, Kind: commons.EventOrder, A: i}
		f.traced.Count++
	}
	events, err := c.Trace(0)
	if err != nil || len(events) != commons.TraceEvents || events[0].At != 2 ||
		events[0].What != "order 0x2 0x0" {
		t.Errorf("%d events from %+v on, error %v: want %d from order 2 at 2", len(events),
			events[:1], err, commons.TraceEvents)
	}
	if c.Provoke(0, kernel.FaultInDriver); f.asked != commons.OrderFault {
		t.Errorf("order %d: want a fault", f.asked)
	}
	if c.Provoke(0, kernel.HangInDriver); f.asked != commons.OrderHang {
		t.Errorf("order %d: want a hang", f.asked)
	}
}

// What the driver tells of devices comes in the contract's terms, without those that the machine
// does not have; a claimed device has the ranges and the memory that the driver mapped.
func TestDevices(t *testing.T) {
	c, f, _ := rig(t)
	f.hardware = []drivercall.Hardware{
		{Kind: manifest.KindRandom},
		{Kind: manifest.KindNet, Bus: uint64(commons.PCI), Cores: 0b110, Holder: 3,
			Address: 2 << 20},
	}
	f.hardware[1].Range[4].At, f.hardware[1].Range[4].Bytes = 1<<40, 4096
	want := kernel.DeviceInfo{ID: 1, Kind: "virtio-net", Bus: kernel.PCI,
		Cores: []kernel.CoreID{1, 2}, Held: true, Holder: 2}
	list := c.Devices()
	if len(list) != 1 || !reflect.DeepEqual(list[0], want) {
		t.Errorf("devices %+v: want %+v", list, want)
	}
	d, err := c.Claim(1)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range d.Registers {
		if (r != nil) != (i == 4) || r != nil && r.Size() != 4096 {
			t.Errorf("range %d: %v: want number 4 alone, of 4096 bytes", i, r)
		}
	}
	if d.Address != 2<<20 || len(d.Memory) != 2<<20 ||
		addressOf(d.Memory) != drivercall.MemoryAt(1) || d.Shared.Size() != 2<<20 {
		t.Errorf("%d bytes of memory at %#x, %#x for the device", len(d.Memory),
			addressOf(d.Memory), d.Address)
	}
	for refused, want := range map[syscall.Errno]error{
		syscall.ENODEV: kernel.ErrNoDevice, syscall.EBUSY: kernel.ErrTaken,
		syscall.EPERM: kernel.ErrForbidden, syscall.ENOMEM: syscall.ENOMEM,
	} {
		f.refusal = refused
		if d, err := c.Claim(1); d != nil || !errors.Is(err, want) {
			t.Errorf("the driver says %v: device %v, error %v: want %v", refused, d, err, want)
		}
	}
}
