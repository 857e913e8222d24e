package kernel

// Inspector is what a driver may offer beyond Core: a view into itself, and faults on demand. Bare
// does. Only tools for people may ask for it, and must do without where a Core is no Inspector.
type Inspector interface {
	// Status returns how a core is, as its driver sees it. Errors: ErrNoCore, ErrForbidden.
	Status(peer CoreID) (Status, error)

	// Trace returns the last things that a core's driver did, the oldest first. Errors: ErrNoCore,
	// ErrForbidden.
	Trace(peer CoreID) ([]Event, error)

	// Provoke makes a core's driver fail. It may return before. Errors: ErrNoCore,
	// ErrForbidden.
	Provoke(peer CoreID, what Failure) error

	// Spin keeps the processor from everything that the instance might do, and does not return.
	Spin()

	// HasConsole tells whether input from the machine's console comes to this core.
	HasConsole() bool

	// PowerOff ends the machine with an exit status. It returns only if this core may not.
	PowerOff(status int)
}

// State is what a core is doing.
type State uint8

// The states of a core. The zero state is Off.
const (
	Off State = iota
	Running
	Dead
)

// String returns the state in one word.
func (s State) String() string {
	names := [...]string{"off", "running", "dead"}
	if int(s) >= len(names) {
		return "unknown"
	}
	return names[s]
}

// Status is how a core is.
type Status struct {
	State       State
	Incarnation uint64  // the present life, or the last one
	Ended       uint64  // the last life that ended
	Since       Instant // when the present life began
	Memory      uint64  // bytes in use by the instance
	MemoryMax   uint64  // bytes that it may use
	Calls       uint64  // system calls of this life
}

// Event is one thing that a driver did.
type Event struct {
	At   Instant
	What string
}

// Failure is a way in which a driver can fail.
type Failure uint8

// The failures.
const (
	FaultInDriver Failure = iota // an exception in ring 0
	HangInDriver                 // a loop in ring 0 with interrupts off
)
