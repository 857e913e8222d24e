package pprof

import "time"

const (
	// headerBytesMax is how long a request may be.
	headerBytesMax = 8 << 10

	// headerPatience is how long a client may take for a request, and for the next one.
	headerPatience = 10 * time.Second
)
