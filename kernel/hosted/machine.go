package hosted

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"sync"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

// Machine is the launcher's half: it owns the memory and the processes of all cores. Its methods
// may be called by several at once.
type Machine struct {
	config  Config
	files   *files
	pages   *reservation // nil if none was made
	spawner *spawner

	steering []Steering // of config.Ports, as many as could be made

	mu      sync.Mutex
	cores   []core
	running int        // how many cores have a life
	quiet   *sync.Cond // running became 0
	closed  bool
	closing sync.Once
}

// core is the launcher's record of one core.
type core struct {
	incarnation uint64 // of the present or last life; 0: never started
	life        *life  // nil: off or dead
}

var errClosed = errors.New("hosted: the machine is shutting down")

// New makes a machine with all cores off. Close gives back what it takes.
func New(config Config) (*Machine, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	// A core gets the files that are meant for it; none that this process happens to have open.
	if err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return nil, fmt.Errorf("hosted: keep own files from the cores: %w", err)
	}
	m := &Machine{config: config, cores: make([]core, config.Cores)}
	m.quiet = sync.NewCond(&m.mu)
	var err error
	if m.spawner, err = newSpawner(config.NoPin, config.pin); err != nil {
		return nil, err
	}
	if err = m.makeMemory(); err != nil {
		m.Close()
		return nil, err
	}
	m.makeSteering()
	return m, nil
}

func (m *Machine) makeMemory() (err error) {
	if m.files, err = makeFiles(m.config.Cores); err != nil {
		return err
	}
	need := m.config.Cores * (m.config.Cores - 1) / 2
	hugeErr := m.takeHugePages(need)
	if hugeErr == nil || lacksFiles(hugeErr) {
		return hugeErr
	}
	m.config.Warn(fmt.Sprintf("%v: windows get 4 KiB pages, which may be slower: run as root, "+
		"or have %d huge pages reserved: sudo sysctl vm.nr_hugepages=%d", hugeErr, need, need))
	m.files.windows, err = makeWindows(m.config.Cores, false)
	return err
}

// lacksFiles tells whether err is one that small pages do not mend.
func lacksFiles(err error) bool {
	return errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE)
}

// takeHugePages makes the windows of huge pages, and has missing ones reserved if it may.
func (m *Machine) takeHugePages(need int) (err error) {
	if need == 0 {
		return nil
	}
	var reserveErr error
	m.pages, reserveErr = reserve(m.config.Janitor, m.config.pool, need)
	if m.files.windows, err = makeWindows(m.config.Cores, true); err == nil {
		m.pages.taken()
		return nil
	}
	m.pages.giveBack()
	m.pages = nil
	if lacksFiles(err) {
		return err
	}
	return cmp.Or(reserveErr, err)
}

// Run starts all cores and returns when none runs any more: with nil if the last life of each ended
// as Exited or Stopped, else as outcome says.
func (m *Machine) Run() error {
	if err := m.startAll(); err != nil {
		m.stopAll("another core did not start")
		return err
	}
	m.Wait()
	last := make([]kernel.Epitaph, len(m.cores))
	for i := range last {
		e, ok := m.Epitaph(kernel.CoreID(i))
		if !ok {
			e = kernel.Epitaph{Core: kernel.CoreID(i), Reason: "its epitaph cannot be read"}
		}
		last[i] = e
	}
	return outcome(last)
}

// startAll starts every core before any request of one is served.
func (m *Machine) startAll() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.cores {
		if err := m.start(i); err != nil {
			return err
		}
	}
	return nil
}

// Wait returns when no core runs.
func (m *Machine) Wait() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.running > 0 {
		m.quiet.Wait()
	}
}

// Start starts a core that is off or dead.
// Errors: kernel.ErrNoCore, kernel.ErrRunning, others if the host lacks what a core needs.
func (m *Machine) Start(id kernel.CoreID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if int(id) >= len(m.cores) {
		return kernel.ErrNoCore
	}
	return m.start(int(id))
}

// Stop ends a core's life, with the reason in its epitaph, and returns when it is fenced.
// Errors: kernel.ErrNoCore, kernel.ErrNotRunning.
func (m *Machine) Stop(id kernel.CoreID, reason string) error {
	if int(id) >= len(m.cores) {
		return kernel.ErrNoCore
	}
	m.mu.Lock()
	l := m.cores[id].life
	if l == nil {
		m.mu.Unlock()
		return kernel.ErrNotRunning
	}
	l.stop(reason)
	m.mu.Unlock()
	<-l.done
	return nil
}

// Kill sends SIGKILL to a running core, as the host might, and returns the time just before.
func (m *Machine) Kill(id kernel.CoreID) (kernel.Instant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if int(id) >= len(m.cores) {
		return 0, kernel.ErrNoCore
	}
	if m.cores[id].life == nil {
		return 0, kernel.ErrNotRunning
	}
	at := Now()
	return at, m.cores[id].life.process.Kill()
}

// Epitaph returns how the last life of a core ended; false if none has, or if it cannot be read.
func (m *Machine) Epitaph(id kernel.CoreID) (kernel.Epitaph, bool) {
	if int(id) >= len(m.cores) {
		return kernel.Epitaph{}, false
	}
	return kernel.ReadEpitaph(m.files.epitaphs[id])
}

// Close stops all cores and returns when everything that the machine took is given back.
func (m *Machine) Close() {
	m.closing.Do(func() {
		m.mu.Lock()
		m.closed = true
		m.mu.Unlock()
		m.stopAll("the machine was shut down")
		m.spawner.close()
		if m.files != nil {
			m.files.close()
		}
		for _, s := range m.steering {
			s.Close()
		}
		m.pages.giveBack()
	})
}

func (m *Machine) stopAll(reason string) {
	m.mu.Lock()
	for i := range m.cores {
		if l := m.cores[i].life; l != nil {
			l.stop(reason)
		}
	}
	m.mu.Unlock()
	m.Wait()
}
