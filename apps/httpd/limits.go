package httpd

import "time"

const (
	// connectionsMax bounds the connections of a core; others wait in the network's queue. Each
	// takes about 20 KiB while a request is read and answered.
	connectionsMax = 1024

	// headerBytesMax is how long a request may be: it has no body. The server reads up to 4 KiB
	// more before it refuses.
	headerBytesMax = 8 << 10

	// How long a client may take for a header, for a request, to read the answer, and to ask for
	// the next thing.
	headerPatience  = 5 * time.Second
	requestPatience = 10 * time.Second
	answerPatience  = 20 * time.Second
	idlePatience    = time.Minute

	// gatherPatience is how long the status page waits for a core's answer.
	gatherPatience = 200 * time.Millisecond
)
