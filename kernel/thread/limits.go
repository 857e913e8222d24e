package thread

const (
	// ThreadsMax bounds the threads of an instance: one bit each in a word. Go's runtime needs
	// about six, and one more for each goroutine in a call that blocks its thread.
	ThreadsMax = 64

	// QuantumNanos is how long a thread runs while another could. Go's runtime looks after its
	// goroutines every 10 ms itself; shorter turns would only cost switches.
	QuantumNanos = 10_000_000
)
