package worker

import "fmt"

// A subject is one thing to measure: its two sides, each of which does it count times.
type subject struct {
	name string
	a, b func(e *end, count int) error
}

// Names of the subjects, for the requests.
const (
	RingLatency     = "ring-latency"
	RingStreamSmall = "ring-stream-64"
	RingStreamGrown = "ring-stream-1024"
	CallLatency     = "call-latency"
	BulkCopy        = "bulk-copy"
	BulkInPlace     = "bulk-in-place"
	GVisorStream    = "gvisor-stream"
	GVisorLatency   = "gvisor-latency"
	ChanLatency     = "chan-latency"
	ChanStream      = "chan-stream"
	PipeLatency     = "pipe-latency"
	SocketLatency   = "socket-latency"
	WakeNetpoll     = "wake-netpoll"
	WakeHosted      = "wake" // in mode Hosted, as those that Busy names
	FanoutPoll      = "fanout-poll"
	StubTell        = "stub-tell"
	RawTell         = "raw-tell"
)

func subjects() []subject {
	return []subject{
		{RingLatency, ringPing, ringPong},
		{RingStreamSmall, smallSend, smallReceive},
		{RingStreamGrown, grownSend, grownReceive},
		{CallLatency, callAsk, callAnswer},
		{BulkCopy, bulkCopyIn, bulkCopyOut},
		{BulkInPlace, bulkFill, bulkSum},
		{GVisorStream, gvisorSend, gvisorReceive},
		{GVisorLatency, gvisorPing, gvisorPong},
		{ChanLatency, chanPing, chanPong},
		{ChanStream, chanSend, chanReceive},
		{PipeLatency, pipePing, pipePong},
		{SocketLatency, socketPing, socketPong},
		{WakeNetpoll, wakeWaker, wakeSleeper},
		{FanoutPoll, fanoutPoll, alone},
		{StubTell, stubTell, alone},
		{RawTell, rawTell, alone},
	}
}

func find(name string) (subject, error) {
	for _, s := range subjects() {
		if s.name == name {
			return s, nil
		}
	}
	return subject{}, fmt.Errorf("worker: subject %q: want one of subjects()", name)
}

// alone is side B of what one side does by itself.
func alone(*end, int) error { return nil }
