package main

import (
	"fmt"

	"skerry/test/bench/harness"
	"skerry/test/bench/worker"
)

// The cases of `bench msg`.
const (
	latency    = "latency of 64 bytes"
	throughput = "throughput of 64 bytes"
	bulk       = "bulk, 64 KiB buffers"
	wakeUp     = "wake-up of a sleeping core"
	fanOut     = "fan-out: a round over 64 idle channels"
	loopDelay  = "loop beside CPU-bound goroutines"
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
	hostedWait = "loop of a hosted core"
	polling    = "WaitSet.Poll"
)

// The places where a Go subject runs, as its name ends.
const (
	inThreads   = ", threads"
	inProcesses = ", processes"
	smallPages  = ", processes, 4 KiB pages"
)

func (m *msg) subjects() []harness.Subject {
	var all []harness.Subject
	all = append(all, m.latencies()...)
	all = append(all, m.throughputs()...)
	all = append(all, m.bulks()...)
	all = append(all, m.wakeUps()...)
	return all
}

// everywhere returns a Go subject for each place: threads, processes, and processes with small pages.
func (m *msg) everywhere(s harness.Subject, request string) []harness.Subject {
	places := []struct {
		suffix string
		worker *harness.Worker
	}{{inThreads, m.threads}, {inProcesses, m.process}, {smallPages, m.small}}
	var all []harness.Subject
	for _, place := range places {
		one := s
		one.Name += place.suffix
		one.Run = inGo(place.worker, request)
		all = append(all, one)
	}
	return all
}

func (m *msg) latencies() []harness.Subject {
	subject := func(name string, run runner, versus ...string) harness.Subject {
		return harness.Subject{Case: latency, Name: name, Kind: harness.OneWay(), Versus: versus, Run: run}
	}
	all := []harness.Subject{
		subject(cOneLine, m.inC("one-line", 0)),
		subject(cTwoLines, m.inC("two-line", 0), cOneLine),
		subject("C ring, 64 slots", m.inC("ring-pingpong", 64), cOneLine),
	}
	all = append(all, m.everywhere(subject(callSlot, nil, cOneLine), worker.CallLatency)...)
	all = append(all, m.everywhere(subject(ring, nil, cOneLine, cTwoLines), worker.RingLatency)...)
	return append(all,
		subject(gvisorPipe+inThreads, inGo(m.threads, worker.GVisorLatency), ring+inThreads),
		subject(goChannel, inGo(m.threads, worker.ChanLatency), ring+inThreads),
		subject("C, pipe", m.inC("pipe", 0), ring+inProcesses),
		subject(cDatagram, m.inC("socket", 0), ring+inProcesses),
		subject("Go pipe"+inProcesses, inGo(m.process, worker.PipeLatency), ring+inProcesses),
		subject("Go Unix datagram"+inProcesses, inGo(m.process, worker.SocketLatency), ring+inProcesses),
	)
}

func (m *msg) throughputs() []harness.Subject {
	subject := func(name string, run runner, versus ...string) harness.Subject {
		return harness.Subject{Case: throughput, Name: name, Kind: harness.Each("per message"),
			Versus: versus, Run: run}
	}
	var all []harness.Subject
	for _, slots := range []int{16, 64, 256, 1024} {
		all = append(all, subject(fmt.Sprintf("C ring, %d slots", slots), m.inC("ring-stream", slots)))
	}
	small := subject("ring, 64 slots", nil, "C ring, 64 slots")
	all = append(all, m.everywhere(small, worker.RingStreamSmall)...)
	grown := subject(ringGrown, nil, cBestRing)
	all = append(all, m.everywhere(grown, worker.RingStreamGrown)...)
	return append(all,
		subject(gvisorPipe+inThreads, inGo(m.threads, worker.GVisorStream), ringGrown+inThreads),
		subject(gvisorPipe+inProcesses, inGo(m.process, worker.GVisorStream), ringGrown+inProcesses),
		subject(goChannel, inGo(m.threads, worker.ChanStream), ringGrown+inThreads),
	)
}

func (m *msg) bulks() []harness.Subject {
	const bufferBytes = 64 << 10
	subject := func(name string, run runner, versus ...string) harness.Subject {
		return harness.Subject{Case: bulk, Name: name, Kind: harness.Bandwidth(bufferBytes),
			Versus: versus, Run: run}
	}
	all := []harness.Subject{subject(cMovsb, m.inC("bulk-copy", 0))}
	all = append(all, m.everywhere(subject(bulkCopy, nil, cMovsb), worker.BulkCopy)...)
	return append(all, m.everywhere(subject("in place", nil, cMovsb), worker.BulkInPlace)...)
}

func (m *msg) wakeUps() []harness.Subject {
	gap := int(worker.WakeGap.Microseconds())
	all := []harness.Subject{
		{Case: wakeUp, Name: cWake, Kind: harness.Each("until awake"), Count: wakeCount,
			Run: m.inC("wake", gap)},
		{Case: wakeUp, Name: "Go, eventfd in the netpoller", Kind: harness.Each("until awake"),
			Count: wakeCount, Versus: []string{cWake}, Run: inGo(m.process, worker.WakeNetpoll)},
		{Case: wakeUp, Name: hostedWait, Kind: harness.Each("until awake"), Count: wakeCount,
			Versus: []string{cWake}, Run: inGo(m.hosted, worker.WakeHosted)},
		{Case: fanOut, Name: polling, Kind: harness.Each("per round"),
			Run: inGo(m.process, worker.FanoutPoll)},
	}
	for _, k := range worker.BusyCounts() {
		all = append(all, harness.Subject{Case: loopDelay, Kind: harness.Each("until it runs"),
			Name: fmt.Sprintf("%d CPU-bound goroutines", k), Count: 1, Every: busyEvery,
			Run: inGo(m.hosted, worker.Busy(k))})
	}
	return all
}
