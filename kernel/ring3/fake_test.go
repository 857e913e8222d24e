package ring3

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"skerry/kernel"
	"skerry/kernel/bell"
	"skerry/kernel/commons"
	"skerry/kernel/drivercall"
	"skerry/kernel/epitaph"
)

// cores is how many a fake machine has; the test is core 1.
const cores = 3

// fake is a driver that does what it is asked a few looks at the status later, as the real one does
// it a little later.
type fake struct {
	trap    // what is not faked
	facts   drivercall.Facts
	lines   [cores]commons.Status
	late    int // looks until an order is carried out
	order   func()
	deaths  []drivercall.Death
	notices int // calls of notice
	traced  commons.Trace
	reason  string
	asked   commons.Order
	forbids bool // to look at others, and to make them fail

	hardware []drivercall.Hardware
	refusal  syscall.Errno // of claims
}

func (f *fake) info(facts *drivercall.Facts) error {
	*facts = f.facts
	return nil
}

func (f *fake) start(id kernel.CoreID) error {
	s := &f.lines[id]
	if s.State == commons.Running {
		return syscall.EALREADY
	}
	f.later(func() { *s = commons.Status{State: commons.Running, Incarnation: s.Incarnation + 1} })
	return nil
}

func (f *fake) stop(id kernel.CoreID) error {
	s := &f.lines[id]
	if s.State != commons.Running {
		return syscall.ESRCH
	}
	f.later(func() { s.State, s.Ended = commons.Dead, s.Incarnation })
	return nil
}

func (f *fake) later(order func()) { f.late, f.order = 3, order }

func (f *fake) status(id kernel.CoreID, status *commons.Status) error {
	if int(id) >= cores {
		return syscall.ENODEV
	}
	if f.forbids {
		return syscall.EPERM
	}
	if f.late--; f.late == 0 {
		f.order()
	}
	*status = f.lines[id]
	return nil
}

func (f *fake) notice(death *drivercall.Death) bool {
	f.notices++
	if len(f.deaths) == 0 {
		return false
	}
	*death, f.deaths = f.deaths[0], f.deaths[1:]
	return true
}

func (f *fake) epitaph(id kernel.CoreID, page *epitaph.Page) bool {
	kernel.Epitaph{Core: id, Incarnation: 7, Cause: epitaph.Silent, Reason: "quiet"}.Inscribe(page)
	return id == 2
}

func (f *fake) die(_ epitaph.Cause, reason []byte) {
	f.reason = string(reason)
	panic("dead")
}

func (f *fake) trace(id kernel.CoreID, trace *commons.Trace) error {
	if f.forbids {
		return syscall.EPERM
	}
	*trace = f.traced
	return nil
}

func (f *fake) provoke(_ kernel.CoreID, order commons.Order) error {
	if f.forbids {
		return syscall.EPERM
	}
	f.asked = order
	return nil
}

func (f *fake) device(id uint64, hardware *drivercall.Hardware) error {
	if id >= uint64(len(f.hardware)) {
		return syscall.ENODEV
	}
	*hardware = f.hardware[id]
	return nil
}

func (f *fake) claim(uint64) error { return failure(f.refusal) }

// rig returns a core on a fake driver, and the file that its bell is.
func rig(t *testing.T) (*Core, *fake, int) {
	t.Helper()
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := bell.New(fd)
	if err != nil {
		t.Fatal(err)
	}
	const kind = unix.MAP_ANON | unix.MAP_SHARED
	memory, err := unix.Mmap(-1, 0, kernel.WindowBytes, unix.PROT_READ, kind)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(memory) })
	f := &fake{facts: drivercall.Facts{Core: 1, Cores: cores, Incarnation: 4, WakeNanos: 5000}}
	f.facts.Window[0], f.facts.Window[2] = addressOf(memory), addressOf(memory)
	c, err := attach(f, ring, []string{"instance", "shell", "--exec"})
	if err != nil {
		t.Fatal(err)
	}
	c.deaths = new(uint64)
	return c, f, fd
}
