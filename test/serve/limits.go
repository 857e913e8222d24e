package serve

import "time"

const (
	// patience is how long anything may take where processors are emulated, and busy with other
	// tests; lookAfter is the time between two looks.
	patience  = 2 * time.Minute
	lookAfter = 20 * time.Millisecond
)
