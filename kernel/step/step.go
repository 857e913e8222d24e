// Package step gives the shape of protocol code: a machine that one can step.
//
// Monitors, memory servers, names and knowledge base are written as machines that take one event
// and answer with messages. Inside there is no goroutine, no clock and no randomness, so that the
// same code runs in the loop of a core (over msgpass) and a thousand times in one process under one
// seed (kernel/sim). Whatever a machine does depends only on the events that it was given, in their
// order.
package step

import "skerry/kernel"

// Kind tells what an Event is.
type Kind uint8

// The kinds of event.
const (
	Boot    Kind = iota + 1 // the core starts; the first event of a life
	Message                 // a message from a core arrived; Body holds it
	Tick                    // the time that SetAlarm asked for has come
	Death                   // core From died; its life Incarnation is over
	Command                 // a request from above, on this core; Body holds it
)

// Event is one input of a machine.
type Event struct {
	Kind        Kind
	Now         kernel.Instant
	From        kernel.CoreID
	Incarnation uint64 // of the life that ended (Death), or of this core's own (Boot)
	Body        []byte // valid during Step only
}

// Outbox takes what a machine says during one Step.
type Outbox interface {
	// Send queues a message to a core. The body is copied. It tells whether there was room; a
	// machine that is refused keeps what it had to say for a later step.
	Send(to kernel.CoreID, body []byte) bool
	// SetAlarm asks for one Tick at or after the given time. It replaces an earlier alarm.
	SetAlarm(at kernel.Instant)
}

// Machine is protocol code of one core.
type Machine interface {
	// Step takes one event and does a bounded amount of work.
	Step(in Event, out Outbox)
}
