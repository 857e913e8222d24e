package worker

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

// shared is what the two sides share: memory, and files for the ways through the kernel.
type shared struct {
	memory *os.File
	event  *os.File    // an eventfd on which side B sleeps
	pipeAB [2]*os.File // reading end, writing end
	pipeBA [2]*os.File
	socket [2]*os.File // Unix datagrams: side A's, side B's
}

// memoryBytes holds the channel's window and then as much bare memory.
const memoryBytes = 2 * kernel.WindowBytes

// share makes everything anew, in memory of pages of the given kind.
func share(pages string) (*shared, error) {
	flags := unix.MFD_CLOEXEC
	if pages == HugePages {
		flags |= unix.MFD_HUGETLB | unix.MFD_HUGE_2MB
	}
	memory, err := unix.MemfdCreate("bench", flags)
	if err == nil {
		err = unix.Ftruncate(memory, memoryBytes)
	}
	if err != nil {
		return nil, fmt.Errorf("worker: %d bytes of shared memory in %s pages: %w", memoryBytes,
			pages, err)
	}
	var fds [7]int
	if fds[0], err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, fmt.Errorf("worker: make an eventfd: %w", err)
	}
	for _, pair := range [][]int{fds[1:3], fds[3:5]} {
		if err := unix.Pipe2(pair, unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
			return nil, fmt.Errorf("worker: make a pipe: %w", err)
		}
	}
	const kind = unix.SOCK_DGRAM | unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK
	ends, err := unix.Socketpair(unix.AF_UNIX, kind, 0)
	if err != nil {
		return nil, fmt.Errorf("worker: make a pair of sockets: %w", err)
	}
	fds[5], fds[6] = ends[0], ends[1]
	return sharedOf(memory, fds), nil
}

// sharedOf wraps descriptors; those that do not block are served by the netpoller.
func sharedOf(memory int, fds [7]int) *shared {
	var files [7]*os.File
	for i, fd := range fds {
		files[i] = os.NewFile(uintptr(fd), "bench")
	}
	return &shared{
		memory: os.NewFile(uintptr(memory), "memory"), event: files[0],
		pipeAB: [2]*os.File(files[1:3]), pipeBA: [2]*os.File(files[3:5]),
		socket: [2]*os.File(files[5:7]),
	}
}

// files returns all of it in the order in which a child inherits it.
func (s *shared) files() []*os.File {
	return []*os.File{s.memory, s.event, s.pipeAB[0], s.pipeAB[1], s.pipeBA[0], s.pipeBA[1],
		s.socket[0], s.socket[1]}
}

// inherit returns what the process that started this one has given it.
func inherit() *shared {
	const first = 3 // descriptors 0 to 2 are the standard ones
	return sharedOf(first, [7]int{4, 5, 6, 7, 8, 9, 10})
}

// mapMemory maps the shared memory and touches all of it.
func (s *shared) mapMemory() ([]byte, error) {
	memory, err := unix.Mmap(int(s.memory.Fd()), 0, memoryBytes, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return nil, fmt.Errorf("worker: map %d bytes of shared memory: %w", memoryBytes, err)
	}
	return memory, nil
}
