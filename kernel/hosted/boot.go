package hosted

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

// bootVariable is the environment variable that makes a process a core: the number of the file
// with its boot record.
const bootVariable = "SKERRY_HOSTED"

// bootVersion changes with the record, the control messages and the meaning of the files.
const bootVersion = 3

// bootRecord tells a core what it is, and which of its files is what. The core empties the record's
// file when it has taken its seat: by that the launcher knows of it, even when the core is dead.
type bootRecord struct {
	file int // that it was read from

	Version     int
	Core        kernel.CoreID
	Incarnation uint64
	Args        []string
	WakeCost    time.Duration
	Control     int // file numbers in the core's process
	Bell        int
	Page        int
	Crash       int
	Peers       []peerFiles // by core, ascending, all but the core itself
	Ports       []portRecord
}

// peerFiles are the files by which a core reaches one peer.
type peerFiles struct {
	Core   kernel.CoreID
	Window int
	Bell   int
	Page   int
}

// Booted tells whether this process was started as a core of a hosted machine.
func Booted() bool { return os.Getenv(bootVariable) != "" }

// readBoot returns the record that the launcher left for this process. No process started by this
// one takes itself for a core.
func readBoot() (*bootRecord, error) {
	text := os.Getenv(bootVariable)
	if err := os.Unsetenv(bootVariable); err != nil {
		return nil, fmt.Errorf("hosted: take %s out of the environment: %w", bootVariable, err)
	}
	fd, err := strconv.Atoi(text)
	if err != nil || fd < 0 {
		return nil, fmt.Errorf("hosted: %s=%q: want the number of a file: start cores with "+
			"`skerry run`", bootVariable, text)
	}
	record, err := decodeBoot(fd)
	if err != nil {
		return nil, fmt.Errorf("hosted: boot record in file %d: %w", fd, err)
	}
	unix.CloseOnExec(fd)
	record.file = fd
	return record, nil
}

// empty tells the launcher that the seat is taken.
func (r *bootRecord) empty() error {
	defer unix.Close(r.file)
	if err := unix.Ftruncate(r.file, 0); err != nil {
		return fmt.Errorf("hosted: empty the boot record, file %d: %w", r.file, err)
	}
	return nil
}

func decodeBoot(fd int) (*bootRecord, error) {
	text := make([]byte, bootBytesMax+1)
	size, err := unix.Pread(fd, text, 0)
	if err != nil {
		return nil, err
	}
	if size > bootBytesMax {
		return nil, fmt.Errorf("more than %d bytes", bootBytesMax)
	}
	record := new(bootRecord)
	if err := json.Unmarshal(text[:size], record); err != nil {
		return nil, err
	}
	if record.Version != bootVersion {
		return nil, fmt.Errorf("version %d: want %d: build skerry and the instance from the same "+
			"sources", record.Version, bootVersion)
	}
	return record, nil
}

// write returns a new file that holds the record.
func (r *bootRecord) write() (int, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return -1, err
	}
	if len(text) > bootBytesMax {
		return -1, fmt.Errorf("%d bytes: want at most %d", len(text), bootBytesMax)
	}
	fd, err := unix.MemfdCreate("skerry-boot", unix.MFD_CLOEXEC)
	if err != nil {
		return -1, err
	}
	if _, err := unix.Pwrite(fd, text, 0); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// cores returns the ids of all cores of the machine, ascending.
func (r *bootRecord) cores() []kernel.CoreID {
	ids := make([]kernel.CoreID, len(r.Peers)+1)
	for i := range ids {
		ids[i] = kernel.MakeCoreID(0, uint16(i))
	}
	return ids
}
