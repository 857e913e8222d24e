package ring3

import (
	"syscall"
	"unsafe"

	"skerry/kernel"
	"skerry/kernel/commons"
	"skerry/kernel/drivercall"
	"skerry/kernel/epitaph"
	"skerry/kernel/layout"
)

// trap is the driver under this process. No call of it blocks but die and powerOff, which do not
// return, so they go past the scheduler. On Linux every one is refused with ENOSYS.
type trap struct{}

var _ driver = trap{}

func (trap) info(facts *drivercall.Facts) error {
	// SAFETY: the driver writes one Facts, which lives until the call returns.
	_, _, errno := syscall.RawSyscall(drivercall.Info, uintptr(unsafe.Pointer(facts)), 0, 0)
	return failure(errno)
}

func (trap) kick(id kernel.CoreID) { syscall.RawSyscall(drivercall.Kick, uintptr(id), 0, 0) }

func (trap) start(id kernel.CoreID) error {
	_, _, errno := syscall.RawSyscall(drivercall.Start, uintptr(id), 0, 0)
	return failure(errno)
}

func (trap) stop(id kernel.CoreID) error {
	_, _, errno := syscall.RawSyscall(drivercall.Stop, uintptr(id), 0, 0)
	return failure(errno)
}

func (trap) notice(death *drivercall.Death) bool {
	// SAFETY: the driver writes one Death, which lives until the call returns.
	count, _, errno := syscall.RawSyscall(
		drivercall.Notice, uintptr(unsafe.Pointer(death)), 0, 0)
	return errno == 0 && count == 1
}

func (trap) epitaph(id kernel.CoreID, page *epitaph.Page) bool {
	// SAFETY: the driver writes one Page, which lives until the call returns.
	count, _, errno := syscall.RawSyscall(
		drivercall.Epitaph, uintptr(id), uintptr(unsafe.Pointer(page)), 0)
	return errno == 0 && count == 1
}

func (trap) die(cause epitaph.Cause, reason []byte) {
	// SAFETY: the driver reads the bytes of reason, which lives until the call, or its core, ends.
	syscall.RawSyscall(drivercall.Die, uintptr(cause),
		uintptr(unsafe.Pointer(unsafe.SliceData(reason))), uintptr(len(reason)))
}

func (trap) status(id kernel.CoreID, status *commons.Status) error {
	// SAFETY: the driver writes one Status, which lives until the call returns.
	_, _, errno := syscall.RawSyscall(
		drivercall.Status, uintptr(id), uintptr(unsafe.Pointer(status)), 0)
	return failure(errno)
}

func (trap) trace(id kernel.CoreID, trace *commons.Trace) error {
	// SAFETY: the driver writes one Trace, which lives until the call returns.
	_, _, errno := syscall.RawSyscall(
		drivercall.Trace, uintptr(id), uintptr(unsafe.Pointer(trace)), 0)
	return failure(errno)
}

func (trap) provoke(id kernel.CoreID, order commons.Order) error {
	_, _, errno := syscall.RawSyscall(drivercall.Provoke, uintptr(id), uintptr(order), 0)
	return failure(errno)
}

func (trap) powerOff(status int) { syscall.RawSyscall(drivercall.PowerOff, uintptr(status), 0, 0) }

func (trap) console() bool {
	has, _, errno := syscall.RawSyscall(drivercall.Console, 0, 0, 0)
	return errno == 0 && has == 1
}

func (trap) device(id uint64, hardware *drivercall.Hardware) error {
	// SAFETY: the driver writes one Hardware, which lives until the call returns.
	_, _, errno := syscall.RawSyscall(
		drivercall.Device, uintptr(id), uintptr(unsafe.Pointer(hardware)), 0)
	return failure(errno)
}

func (trap) claim(id uint64) error {
	_, _, errno := syscall.RawSyscall(drivercall.Claim, uintptr(id), 0, 0)
	return failure(errno)
}

// failure returns an error number as an error, and none as nil.
func failure(errno syscall.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}

// memoryAt returns memory that the driver mapped for good.
func memoryAt(address, bytes uint64) []byte {
	// SAFETY: the driver mapped so many bytes there, for as long as the process lives, in no memory
	// that Go's runtime knows of.
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(nil), address)), bytes)
}

// windowAt returns the window that the driver mapped at an address.
func windowAt(address uint64) []byte {
	// SAFETY: the driver mapped kernel.WindowBytes there, for as long as the process lives, in no
	// memory that Go's runtime knows of.
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(nil), address)), kernel.WindowBytes)
}

// theClock returns the page of the machine's clock.
func theClock() *commons.Clock {
	// SAFETY: the driver mapped it there, to be read, for as long as the process lives.
	return (*commons.Clock)(unsafe.Add(unsafe.Pointer(nil), uint64(layout.Clock)))
}

// thePulse returns the word by which the instance shows that it is alive, and the one in which the
// driver counts deaths.
func thePulse() (pulse, deaths *uint64) {
	// SAFETY: the driver mapped a page there, to be written, for as long as the process lives.
	words := (*[2]uint64)(unsafe.Add(unsafe.Pointer(nil), uint64(layout.Pulse)))
	return &words[0], &words[1]
}
