// Package thread has the threads of an instance: which one runs, who is next, and who waits for
// what until when. It knows no machine: the driver loads the registers of the Current thread, arms
// its timer for NextDeadline, and ends turns by Yield; kernel/process turns system calls into these
// methods.
//
// A thread has one state at a time:
//
//	Free     not a thread: Spawn takes the lowest
//	Ready    runs, or could: while any are Ready, one of them runs, each in its turn by number
//	Futex    waits for a wake of an address
//	Sleep    waits for time to pass
//
//	        Spawn         Wait
//	  Free ------> Ready ------> Futex, Sleep
//	    ^           | ^              |
//	    +-----------+ +--------------+
//	        Exit        Wake, Expire
//
// Times are nanoseconds of the machine's clock; as a deadline, 0 means none. A Table needs no
// preparation: its first Spawn makes the first thread, which runs.
package thread

// ID is Linux's number of a thread. The first thread's is 1, and it is the process's too.
type ID uint64

// State says where a thread is.
type State uint64

// The states; from Futex on, those that wait.
const (
	Free State = iota
	Ready
	Futex
	Sleep
)

// Thread is one thread. Entry assembly saves to FX and Frame, which have fixed places.
type Thread struct {
	FX     FX
	Frame  Frame
	FSBase uint64

	id       ID
	state    State
	futex    uint64 // the address that it waits for
	deadline uint64 // until when, or 0
	since    uint64 // of its wait, counted by waits
	_        [4]uint64
}

// ID returns the thread's number.
func (th *Thread) ID() ID { return th.id }

// State returns where the thread is.
func (th *Thread) State() State { return th.state }

// WaitsFor tells whether the thread waits for a wake of an address.
func (th *Thread) WaitsFor(futex uint64) bool { return th.state == Futex && th.futex == futex }
