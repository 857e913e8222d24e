package openloop

import "time"

const (
	// rateMax leaves the client, whose loop takes some 10 µs a request, most of its CPU idle.
	rateMax = 20_000

	connectionsMax = 256

	timeMax = time.Minute

	// patience is how long the last requests have for their answers.
	patience = 2 * time.Second

	// headerBytesMax bounds the header of an answer.
	headerBytesMax = 4 << 10
)
