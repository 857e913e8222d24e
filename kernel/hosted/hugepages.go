package hosted

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// poolDir is Linux's pool of 2 MiB pages: Documentation/admin-guide/mm/hugetlbpage.rst.
const poolDir = "/sys/kernel/mm/hugepages/hugepages-2048kB"

// pool is a directory like poolDir. Several launchers share it. Each adds to its size what it
// misses, and later takes away as much; between looking at the pool and taking the pages it holds
// the lock.
type pool struct {
	dir  string
	lock *os.File // flock on the file with the size; the lock ends with the process, too
}

// lockPool waits for the lock. That takes no right to change the pool: enough pages may be free.
func lockPool(dir string) (*pool, error) {
	file, err := os.OpenFile(filepath.Join(dir, "nr_hugepages"), os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX)
		if err == nil {
			return &pool{dir, file}, nil
		}
		if err != unix.EINTR {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
		}
	}
}

func (p *pool) unlock() { p.lock.Close() }

// raise makes the pool so large that need pages are free, and returns by how many it grew.
func (p *pool) raise(need int) (share int, err error) {
	free, err := p.read("free_hugepages")
	if err != nil {
		return 0, err
	}
	reserved, err := p.read("resv_hugepages")
	if err != nil {
		return 0, err
	}
	missing := need - (free - reserved)
	if missing <= 0 {
		return 0, nil
	}
	if err := affordable(missing); err != nil {
		return 0, err
	}
	grown, err := p.resize(missing)
	if err == nil && grown < missing {
		err = fmt.Errorf("the host found memory for %d of %d huge pages: free some, or reserve "+
			"them at boot", grown, missing)
	}
	if err != nil {
		_, lowerErr := p.resize(-grown)
		return 0, fmt.Errorf("%w%s", err, suffix(lowerErr))
	}
	return missing, nil
}

// affordable refuses so many huge pages that the host would lack memory for other things.
func affordable(pages int) error {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return err
	}
	var available int // KiB
	_, rest, _ := strings.Cut(string(text), "\nMemAvailable:")
	if _, err := fmt.Sscan(rest, &available); err != nil {
		return fmt.Errorf("MemAvailable in /proc/meminfo: %w", err)
	}
	if most := available / 1024 * poolPercentMax / 100 / pageMiB; pages > most {
		return fmt.Errorf("%d more would be over %d %% of the host's available memory",
			pages, poolPercentMax)
	}
	return nil
}

func suffix(err error) string {
	if err == nil {
		return ""
	}
	return "; " + err.Error()
}

// resize asks for a change of the pool's size and returns what it changed by. Pages that are in
// use when it shrinks leave the pool when they are given back.
func (p *pool) resize(change int) (int, error) {
	before, err := p.size()
	if err != nil || change == 0 {
		return 0, err
	}
	text := strconv.Itoa(max(0, before+change))
	if err := os.WriteFile(p.lock.Name(), []byte(text), 0); err != nil {
		return 0, fmt.Errorf("set the pool of huge pages to %s: %w", text, err)
	}
	after, err := p.size()
	return after - before, err
}

// size returns how many pages the pool is to have, without surplus ones that will leave it. When
// one leaves, both numbers change: so they are read until the surplus stays the same.
func (p *pool) size() (int, error) {
	surplus, err := p.read("surplus_hugepages")
	for range poolLooksMax {
		if err != nil {
			return 0, err
		}
		before := surplus
		total, totalErr := p.read("nr_hugepages")
		surplus, err = p.read("surplus_hugepages")
		if err = errors.Join(totalErr, err); err == nil && surplus == before {
			return total - surplus, nil
		}
	}
	return 0, fmt.Errorf("%s: the surplus changed %d times while the size was read: want it still",
		p.dir, poolLooksMax)
}

func (p *pool) read(name string) (int, error) {
	path := filepath.Join(p.dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	number, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return number, nil
}
