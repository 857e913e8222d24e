package ring3

import "time"

const (
	// patience is how long a core may take to start or to end: twice what a driver waits for one
	// that is silent before it uses force.
	patience = 10 * time.Second

	// pauseMin and pauseMax bound the time between two looks at a core that starts or ends.
	pauseMin = 100 * time.Microsecond
	pauseMax = 10 * time.Millisecond

	// beatEvery is the time between two pulses: a tenth of the shortest time after which a driver
	// may call an instance silent.
	beatEvery = 100 * time.Millisecond
)
