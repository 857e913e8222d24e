package hosted

import (
	"fmt"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"skerry/kernel"
	"skerry/kernel/bell"
	"skerry/kernel/epitaph"
)

// Attach makes this process the core that the launcher started it as. It is called once, before
// anything else happens; after an error the process should end.
func Attach() (*Core, error) {
	record, err := readBoot()
	if err != nil {
		return nil, err
	}
	if err := takeSeat(record.Core, record.Page); err != nil {
		return nil, err
	}
	if err := record.empty(); err != nil {
		return nil, err
	}
	c := &Core{
		boot: kernel.BootInfo{
			Core: record.Core, Cores: record.cores(), Incarnation: record.Incarnation,
			Args: record.Args, WakeCost: record.WakeCost,
		},
		ports:    record.Ports,
		pageFile: record.Page,
		answers:  make(chan message, 1),
	}
	if err := c.mapMemory(record); err != nil {
		return nil, err
	}
	if err := sendCrashesTo(record.Crash); err != nil {
		return nil, err
	}
	if c.bell, err = bell.New(record.Bell); err != nil {
		return nil, err
	}
	for _, p := range record.Ports {
		if p.Program != 0 {
			unix.CloseOnExec(p.Array)
			unix.CloseOnExec(p.Program)
		}
	}
	unix.CloseOnExec(record.Control)
	c.wire = newWire(record.Control)
	go c.listen()
	return c, nil
}

// mapMemory maps the core's own page, and the window and the page of each peer. The files are not
// needed any more then, but for the own page's, whose lock is the seat.
func (c *Core) mapMemory(record *bootRecord) (err error) {
	unix.CloseOnExec(record.Page)
	what := fmt.Sprintf("epitaph page of %v", record.Core)
	if c.page, err = mapPage(what, record.Page, unix.PROT_READ|unix.PROT_WRITE); err != nil {
		return err
	}
	c.peers = make([]peer, len(record.Peers)+1)
	c.peers[record.Core.Index()].bell = record.Bell
	for _, files := range record.Peers {
		if int(files.Core) >= len(c.peers) || files.Core == record.Core {
			return fmt.Errorf("hosted: boot record of %v names %v as a peer: want one of %d others",
				record.Core, files.Core, len(record.Peers))
		}
		if c.peers[files.Core], err = mapPeer(files); err != nil {
			return err
		}
	}
	return nil
}

func mapPeer(files peerFiles) (p peer, err error) {
	p.bell = files.Bell
	unix.CloseOnExec(p.bell)
	what := fmt.Sprintf("window to %v", files.Core)
	prot := unix.PROT_READ | unix.PROT_WRITE
	if p.window, err = mapFile(what, files.Window, kernel.WindowBytes, prot); err != nil {
		return p, err
	}
	what = fmt.Sprintf("epitaph page of %v", files.Core)
	if p.page, err = mapPage(what, files.Page, unix.PROT_READ); err != nil {
		return p, err
	}
	unix.Close(files.Window)
	unix.Close(files.Page)
	return p, nil
}

// mapFile maps a file of exactly size bytes.
func mapFile(what string, fd, size, prot int) ([]byte, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, fmt.Errorf("hosted: %s: file %d: %w", what, fd, err)
	}
	if stat.Size != int64(size) || stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil, fmt.Errorf("hosted: %s: file %d: %d bytes, mode %#o: want %d bytes of memory",
			what, fd, stat.Size, stat.Mode, size)
	}
	memory, err := unix.Mmap(fd, 0, size, prot, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("hosted: map %s, %d bytes: %w", what, size, err)
	}
	return memory, nil
}

func mapPage(what string, fd, prot int) (*epitaph.Page, error) {
	memory, err := mapFile(what, fd, epitaph.PageBytes, prot)
	if err != nil {
		return nil, err
	}
	return epitaph.At(memory), nil
}

// sendCrashesTo makes the Go runtime write a panic to the file, beside standard error.
func sendCrashesTo(fd int) error {
	file := os.NewFile(uintptr(fd), "crash")
	defer file.Close() // the runtime keeps a duplicate
	if err := debug.SetCrashOutput(file, debug.CrashOptions{}); err != nil {
		return fmt.Errorf("hosted: send crashes to file %d: %w", fd, err)
	}
	return nil
}
