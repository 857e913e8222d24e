// Package hosted is the CPU driver on Linux: a core is a process, pinned to a CPU, with one P.
//
// It has two halves. The launcher (type [Machine]) makes the memory, starts a process per core,
// reaps it and tells the others. The instance (type [Core], made by [Attach]) is what runs in each
// of these processes, and implements kernel.Core.
//
// # What lies between the processes
//
//	file      kind                 who has it, and what for
//	boot      memfd, JSON          the core: what it is, which file is what (bootRecord)
//	control   Unix seqpacket pair  the core and the launcher: requests, answers, notices (message)
//	bell      eventfd              the core waits on it; its peers write it: a kick
//	window    memfd, 2 MiB         the two cores that it connects, and nobody else
//	page      memfd, 4 KiB         the core's epitaph: it may write, its peers may read
//	crash     memfd                the core: the Go runtime writes to it when it panics
//
// All of it is anonymous: when the last process is gone, everything is gone. Only huge pages that
// were added to the host's pool outlive a process; the janitor takes them back.
//
// # Death
//
// A core is dead when its process is reaped: by then the kernel has taken its memory away, so it is
// fenced. The launcher then completes its epitaph, and sends the notices. Cores die with the
// launcher, by the parent-death signal and, should that be lost, by the end of the control socket.
package hosted

import (
	"skerry/kernel"
	"skerry/kernel/bell"
)

// Now returns the present time of every machine on this host.
func Now() kernel.Instant { return bell.Now() }
