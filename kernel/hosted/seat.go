package hosted

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

// takeSeat makes sure that this process alone is the given core. The seat is a POSIX lock on the
// core's page: it belongs to the process, says whose it is, and ends with it. It would also end if
// the process closed any file of that page, so the core opens no other, and keeps this one.
func takeSeat(core kernel.CoreID, pageFile int) error {
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	err := unix.FcntlFlock(uintptr(pageFile), unix.F_SETLK, &lock)
	if err == nil {
		return nil
	}
	if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EACCES) {
		return fmt.Errorf("hosted: take the seat of %v: lock file %d: %w", core, pageFile, err)
	}
	holder := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(uintptr(pageFile), unix.F_GETLK, &holder); err != nil {
		return fmt.Errorf("hosted: %v runs already; ask for its process: %w", core, err)
	}
	return fmt.Errorf("hosted: %v runs already as process %d", core, holder.Pid)
}
