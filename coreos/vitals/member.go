package vitals

import (
	"time"
)

//go:generate go run skerry/msgpass/idl/idlgen member.go

// Member is what each core tells the others of itself.
//
//idl:interface
type Member interface {
	// Report answers how the core is: its life, for how long it has run, bytes that its instance
	// uses and that its heap has, collections, seconds/1e9 that these stopped it, how many of the
	// stops were at most as long as each of Stops says and how many there were, messages received,
	// and the counters of its apps, each on a line as "name value".
	//
	//idl:max counters=768
	Report() (life uint64, uptime time.Duration, memory uint64, heap uint64, collections uint64,
		stopped time.Duration, stops [8]uint64, messages uint64, counters string)
}
