// Package thread has the threads of an instance: which one runs, who is next, and who waits for
// what until when. It knows no machine: the driver loads the registers of the thread that Next
// names and arms its timer for NextDeadline; kernel/linux turns system calls into these methods.
//
// A thread is in one place at a time:
//
//	Free     not a thread: Spawn takes the lowest
//	Ready    in the run queue, first come, first served
//	Running  the one whose registers the processor has, if any
//	Futex    waits for a wake of an address
//	Sleep    waits for time to pass
//	Poll     waits for an event of an epoll
//	Read     waits for a file to be readable
//
//	        Spawn          Next              Wait
//	  Free ------> Ready <=======> Running ------> Futex, Sleep, Poll, Read
//	    ^            ^      Yield     |                    |
//	    |            +-------------------------------------+
//	    +-----------------------------+    Wake, Expire
//	               Exit
//
// Times are nanoseconds of the machine's clock; as a deadline, 0 means none. A Table needs no
// preparation: its first Spawn makes the first thread.
package thread

// ID is Linux's number of a thread. The first thread's is 1, and it is the process's too.
type ID uint64

// State says where a thread is.
type State uint64

// The states; from Futex on, those that wait.
const (
	Free State = iota
	Ready
	Running
	Futex
	Sleep
	Poll
	Read
)

// Thread is one thread. Entry assembly saves to FX and Frame, which have fixed places.
type Thread struct {
	FX     FX
	Frame  Frame
	FSBase uint64

	// Signals, bit s-1 for signal s: blocked, and sent to this thread but not delivered yet.
	Mask, Pending uint64

	// The stack of signal handlers, if AltBytes is not 0.
	AltBase, AltBytes uint64

	ClearTID uint64 // address of a word to clear and wake at the end, or 0

	id             ID
	state          State
	key            uint64 // what it waits for
	deadline       uint64 // until when, or 0
	queue          *queue // which it is in, if Ready or waiting
	next, previous *Thread
	_              [5]uint64
}

// ID returns the thread's number.
func (th *Thread) ID() ID { return th.id }

// State returns where the thread is.
func (th *Thread) State() State { return th.state }
