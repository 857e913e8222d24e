package hosted

import (
	"fmt"

	"golang.org/x/sys/unix"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// files are what the launcher shares with the cores, by file number. They live as long as the
// machine, so a core that is started again finds its windows as its last life left them.
type files struct {
	windows   windows
	bells     []int
	pages     []int // open to write, for the core itself
	pagesRead []int // open to read, for its peers
	epitaphs  []*epitaph.Page
}

// windows holds the file of the window between cores a < b at [b][a].
type windows [][]int

func (w windows) between(a, b int) int { return w[max(a, b)][min(a, b)] }

// makeFiles makes everything but the windows.
func makeFiles(cores int) (*files, error) {
	f := new(files)
	for i := range cores {
		if err := f.addCore(i); err != nil {
			f.close()
			return nil, fmt.Errorf("hosted: core %d of %d: %w", i, cores, err)
		}
	}
	return f, nil
}

func (f *files) addCore(index int) error {
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return fmt.Errorf("make its bell: %w", err)
	}
	f.bells = append(f.bells, bell)
	page, err := makeMemory(fmt.Sprintf("skerry-page-%d", index), epitaph.PageBytes, 0)
	if err != nil {
		return fmt.Errorf("make its page: %w", err)
	}
	f.pages = append(f.pages, page)
	read, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", page), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open its page to read: %w", err)
	}
	f.pagesRead = append(f.pagesRead, read)
	mapped, err := mapPage("page", page, unix.PROT_READ|unix.PROT_WRITE)
	if err != nil {
		return err
	}
	f.epitaphs = append(f.epitaphs, mapped)
	return nil
}

// close gives everything back. The pages stay mapped, so that epitaphs can be read to the end.
func (f *files) close() {
	f.windows.close()
	for _, list := range [][]int{f.bells, f.pages, f.pagesRead} {
		for _, fd := range list {
			unix.Close(fd)
		}
	}
	*f = files{epitaphs: f.epitaphs}
}

// makeWindows makes a window for each pair of cores: of huge pages, which are taken from the pool
// at once, or of small ones, which are taken when they are first touched.
func makeWindows(cores int, huge bool) (windows, error) {
	all := make(windows, cores)
	for b := range all {
		for a := range b {
			fd, err := makeWindow(fmt.Sprintf("skerry-window-%d-%d", a, b), huge)
			if err != nil {
				all.close()
				return nil, fmt.Errorf("hosted: make the window between core %d and core %d: %w",
					a, b, err)
			}
			all[b] = append(all[b], fd)
		}
	}
	return all, nil
}

func makeWindow(name string, huge bool) (int, error) {
	if !huge {
		return makeMemory(name, kernel.WindowBytes, 0)
	}
	fd, err := makeMemory(name, kernel.WindowBytes, unix.MFD_HUGETLB|unix.MFD_HUGE_2MB)
	if err != nil {
		return -1, err
	}
	if err := takeHugePage(fd); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("take a huge page: %w", err)
	}
	return fd, nil
}

// takeHugePage may be interrupted, by the Go runtime's own signals most of all.
func takeHugePage(fd int) error {
	for {
		err := unix.Fallocate(fd, 0, 0, kernel.WindowBytes)
		if err != unix.EINTR {
			return err
		}
	}
}

func (w windows) close() {
	for _, row := range w {
		for _, fd := range row {
			unix.Close(fd)
		}
	}
}

// makeMemory returns a memory file whose size nobody can change: a core that could would make its
// peers fault.
func makeMemory(name string, size int64, flags int) (int, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|flags)
	if err != nil {
		return -1, err
	}
	err = unix.Ftruncate(fd, size)
	if err == nil {
		const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}
