package main

import (
	"fmt"
	"slices"
	"time"

	"skerry/test/bench/harness"
	"skerry/test/bench/worker"
)

// The cases of `bench msg`.
const (
	latency    = "latency of 64 bytes"
	throughput = "throughput of 64 bytes"
	bulk       = "bulk, 64 KiB buffers"
	wakeUp     = "wake-up of a sleeping core"
	fanOut     = "fan-out to 64 idle channels"
	stubs      = "one-way message within a core"
	loopDelay  = "loop beside k busy goroutines"
	death      = "death of a core by SIGKILL"
)

// Subjects that others are compared with.
const (
	cOneLine   = "C, one line"
	cTwoLines  = "C, two lines"
	cBestRing  = "C ring, 1024 slots"
	cMovsb     = "C, REP MOVSB"
	cWake      = "C, eventfd + epoll"
	cDatagram  = "C, Unix datagram"
	ring       = "ring"
	ringGrown  = "ring, 1024 slots"
	callSlot   = "call slot"
	bulkCopy   = "copy"
	goChannel  = "Go channel, threads"
	gvisorPipe = "gVisor pipe"
	hostedLoop = "loop of a hosted core"
	polling    = "WaitSet.Poll"
	rawRing    = "ring"
	stub       = "generated stub"
	survivors  = "loops of the other hosted cores"
)

// bulkBytes is the size of the buffers of case bulk.
const bulkBytes = 64 << 10

// The places where a Go subject runs, as its name ends.
const (
	inThreads   = ", threads"
	inProcesses = ", processes"
	smallPages  = ", processes, 4 KiB pages"
	onBare      = ", bare, KVM"
)

func (m *msg) subjects() []harness.Subject {
	return slices.Concat(m.latencies(), m.throughputs(), m.bulks(), m.wakeUps(), m.polls(),
		m.stubs(), m.delays(), m.notices())
}

// A runner takes one sample.
type runner = func(count int) (time.Duration, error)

// group makes the subjects of one case.
type group struct {
	kase string
	kind harness.Kind
	few  int // count of a sample on bare: about half a millisecond of it
}

func (g group) subject(name string, run runner, versus ...string) harness.Subject {
	return harness.Subject{Case: g.kase, Name: name, Kind: g.kind, Versus: versus, Run: run}
}

// everywhere returns a Go subject for each place in which it runs.
func (m *msg) everywhere(g group, name, request string, versus ...string) []harness.Subject {
	all := []harness.Subject{
		g.subject(name+inThreads, inGo(m.threads, request), versus...),
		g.subject(name+inProcesses, inGo(m.process, request), versus...),
		g.subject(name+smallPages, inGo(m.small, request), versus...),
	}
	if m.bare != nil {
		bare := g.subject(name+onBare, m.inBare(request), name+inProcesses)
		bare.Count = g.few
		all = append(all, bare)
	}
	return all
}

func (m *msg) latencies() []harness.Subject {
	g := group{latency, harness.OneWay(), 4_000}
	return slices.Concat(
		[]harness.Subject{
			g.subject(cOneLine, m.inC("one-line", 0)),
			g.subject(cTwoLines, m.inC("two-line", 0), cOneLine),
			g.subject("C ring, 64 slots", m.inC("ring-pingpong", 64), cOneLine),
		},
		m.everywhere(g, callSlot, worker.CallLatency, cOneLine),
		m.everywhere(g, ring, worker.RingLatency, cOneLine, cTwoLines),
		m.latenciesOfOthers(g),
	)
}

// latenciesOfOthers are what the kernel, the Go runtime and other libraries take. Pipes and sockets
// are measured from C and from Go, and C is what ours is held against.
func (m *msg) latenciesOfOthers(g group) []harness.Subject {
	return []harness.Subject{
		g.subject(gvisorPipe+inThreads, inGo(m.threads, worker.GVisorLatency), ring+inThreads),
		g.subject(goChannel, inGo(m.threads, worker.ChanLatency), ring+inThreads),
		g.subject("C, pipe", m.inC("pipe", 0), ring+inProcesses),
		g.subject(cDatagram, m.inC("socket", 0), ring+inProcesses),
		g.subject("Go pipe"+inProcesses, inGo(m.process, worker.PipeLatency), ring+inProcesses),
		g.subject("Go Unix datagram"+inProcesses, inGo(m.process, worker.SocketLatency),
			ring+inProcesses),
	}
}

func (m *msg) throughputs() []harness.Subject {
	g := group{throughput, harness.Each("per message", time.Nanosecond), 200_000}
	var all []harness.Subject
	for _, slots := range []int{16, 64, 256, 1024} {
		all = append(all, g.subject(fmt.Sprintf("C ring, %d slots", slots),
			m.inC("ring-stream", slots)))
	}
	return slices.Concat(all,
		m.everywhere(g, "ring, 64 slots", worker.RingStreamSmall, "C ring, 64 slots"),
		m.everywhere(g, ringGrown, worker.RingStreamGrown, cBestRing),
		[]harness.Subject{
			g.subject(gvisorPipe+inThreads, inGo(m.threads, worker.GVisorStream),
				ringGrown+inThreads),
			g.subject(gvisorPipe+inProcesses, inGo(m.process, worker.GVisorStream),
				ringGrown+inProcesses),
			g.subject(goChannel, inGo(m.threads, worker.ChanStream), ringGrown+inThreads),
		},
	)
}

func (m *msg) bulks() []harness.Subject {
	g := group{bulk, harness.Bandwidth(bulkBytes), 300}
	return slices.Concat(
		[]harness.Subject{g.subject(cMovsb, m.inC("bulk-copy", 0))},
		m.everywhere(g, bulkCopy, worker.BulkCopy, cMovsb),
		m.everywhere(g, "in place", worker.BulkInPlace, cMovsb),
	)
}

func (m *msg) wakeUps() []harness.Subject {
	g := group{kase: wakeUp, kind: harness.Each("until awake", time.Microsecond)}
	all := []harness.Subject{
		g.subject(cWake, m.inC("wake", int(worker.WakeGap.Microseconds()))),
		g.subject("Go, eventfd in the netpoller", inGo(m.process, worker.WakeNetpoll), cWake),
		g.subject(hostedLoop, inGo(m.hosted, worker.WakeHosted), cWake),
	}
	for i := range all {
		all[i].Count = wakeCount
	}
	return all
}

func (m *msg) polls() []harness.Subject {
	g := group{kase: fanOut, kind: harness.Each("per round", time.Nanosecond)}
	return []harness.Subject{g.subject(polling, inGo(m.process, worker.FanoutPoll))}
}

func (m *msg) stubs() []harness.Subject {
	g := group{kase: stubs, kind: harness.Each("per message", time.Nanosecond)}
	return []harness.Subject{
		g.subject(rawRing, m.inFresh(worker.RawTell)),
		g.subject(stub, m.inFresh(worker.StubTell), rawRing),
	}
}

func (m *msg) delays() []harness.Subject {
	g := group{kase: loopDelay, kind: harness.Each("until it runs", time.Millisecond)}
	var all []harness.Subject
	for _, k := range worker.BusyCounts() {
		s := g.subject(fmt.Sprintf("k = %d", k), inGo(m.hosted, worker.Busy(k)))
		s.Count, s.Every = 1, busyEvery
		all = append(all, s)
	}
	return all
}

func (m *msg) notices() []harness.Subject {
	g := group{kase: death, kind: harness.Each("until all know", time.Millisecond)}
	s := g.subject(survivors, inGo(m.deaths, worker.DeathNotice))
	s.Count = 1
	return []harness.Subject{s}
}
