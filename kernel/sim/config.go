package sim

import (
	"fmt"
	"io"
	"time"

	"skerry/kernel"
)

// Config describes a machine. The zero value of each field but Cores is of use.
type Config struct {
	Cores     int
	Seed      uint64
	Topology  Topology // nil: all cores one microsecond apart
	Faults    Faults
	Args      []string // BootInfo.Args; none: "sim"
	FirstOnly bool     // only the first core runs at the start; else all do

	// Run and Start only.
	Panics bool           // cores may panic; else a panic of a core fails the test
	Script func(*Machine) // runs beside the cores: kills and starts them

	// Start only. Hold is called at the end of a life, before its fence, and keeps its program from
	// writing to windows ever after. nil: the program is quick to come to a driver call.
	Hold func(core kernel.CoreID, incarnation uint64)

	// NewNet only.
	Ring  int                      // messages in a channel before Send refuses; 0: RingMax
	Trace io.Writer                // what happens, line by line; nil: nowhere
	Say   func(body []byte) string // makes a body readable in the trace; nil: quoted
}

// Faults is what the seed does to a machine. The zero value leaves it in peace. Shares are of 1.
type Faults struct {
	DeathEvery time.Duration // mean time between two deaths; 0: nobody dies
	DeadFor    time.Duration // then the core starts again; 0: it doesn't
	Spared     int           // so many cores, the first ones, don't die

	// Jitter makes a message, a late kick, an alarm or a death notice late by up to so much, in
	// addition to what the topology says.
	Jitter time.Duration

	// Run and Start only. Jitter makes a kick late in the given share of cases only.
	KickLost    float64
	KickDoubled float64
	KickLate    float64
}

// checked returns the config with defaults filled in. A config that makes no sense is a bug.
func (c Config) checked() Config {
	if c.Cores < 1 || c.Cores > CoresMax {
		panic(fmt.Sprintf("sim: %d cores: want 1 to %d", c.Cores, CoresMax))
	}
	if c.Ring < 0 {
		panic(fmt.Sprintf("sim: ring of %d messages: want at least 1, or 0 for %d",
			c.Ring, RingMax))
	}
	if c.Topology == nil {
		c.Topology = Uniform(time.Microsecond)
	}
	if len(c.Args) == 0 {
		c.Args = []string{"sim"}
	}
	if c.Ring == 0 {
		c.Ring = RingMax
	}
	return c
}

// ids returns all cores, ascending.
func (c Config) ids() []kernel.CoreID {
	ids := make([]kernel.CoreID, c.Cores)
	for i := range ids {
		ids[i] = kernel.MakeCoreID(0, uint16(i))
	}
	return ids
}

// has tells whether a core belongs to the machine.
func (c Config) has(id kernel.CoreID) bool { return id.Machine() == 0 && int(id.Index()) < c.Cores }
