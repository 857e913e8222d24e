// Package backlog lets bursts of clients wait at the ports of virtual machines.
//
// QEMU's own network lets one client wait at each port until it is accepted (libslirp, tcp_listen:
// listen(s, 1)); the host's kernel makes the others of a burst try again after seconds. A second
// listen on a socket changes that, and may come from whoever has the socket: so the process that
// started QEMU gets it from there.
package backlog

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	wanted   = 4096
	pause    = 20 * time.Millisecond
	patience = 10 * time.Second // until QEMU listens
)

// Raise lets clients wait at the ports on which a process listens, once there are so many.
// Where that is forbidden, ports are slow for bursts of clients, and no more.
func Raise(process, ports int) {
	handle, err := unix.PidfdOpen(process, 0)
	if err != nil || ports == 0 {
		return
	}
	defer unix.Close(handle)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(pause) {
		if raised, err := raiseOnce(process, handle); err != nil || raised >= ports {
			return
		}
	}
}

// raiseOnce does so for the sockets that listen now, and returns how many these are.
func raiseOnce(process, handle int) (raised int, err error) {
	folder := fmt.Sprintf("/proc/%d/fd", process)
	files, err := os.ReadDir(folder)
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		what, _ := os.Readlink(folder + "/" + f.Name())
		number, err := strconv.Atoi(f.Name())
		if err != nil || !strings.HasPrefix(what, "socket:") {
			continue
		}
		socket, err := unix.PidfdGetfd(handle, number, 0)
		if errors.Is(err, unix.EBADF) {
			continue // closed since
		}
		if err != nil {
			return raised, err
		}
		if isPort(socket) && unix.Listen(socket, wanted) == nil {
			raised++
		}
		unix.Close(socket)
	}
	return raised, nil
}

// isPort tells whether a socket listens, and not within the host, as one to be controlled by does.
func isPort(socket int) bool {
	listens, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if err != nil || listens == 0 {
		return false
	}
	domain, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_DOMAIN)
	return err == nil && domain != unix.AF_UNIX
}
