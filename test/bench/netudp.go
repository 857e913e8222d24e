package main

import (
	"errors"
	"fmt"
	"os/exec"
	"time"

	"skerry/test/bench/harness"
	"skerry/test/bench/loopback"
	"skerry/test/bench/server"
)

// udpCase is about packets from the first CPU to the second.
const udpCase = "UDP packets of 1,000 bytes, from one core to another"

const (
	ownStacks     = "Skerry, a stack on each core"
	linuxLoopback = "Linux loopback, a Go process on each CPU"

	// udpTime is how long packets are sent; the reports of the second half count.
	udpTime = 2 * time.Second
)

func (n *nets) udp() ([]harness.Subject, []harness.Bar, error) {
	kind := harness.Kind{Metric: "received", Unit: "Mbit/s",
		Value: func(packets int, elapsed time.Duration) float64 {
			return float64(packets) * loopback.PacketBytes * 8 / 1e6 / elapsed.Seconds()
		}}
	subject := func(name string, run starter, versus ...string) harness.Subject {
		return harness.Subject{Case: udpCase, Name: name, Kind: kind, Count: rateCount,
			Versus: versus, Run: func(packets int) (time.Duration, error) {
				s, err := run()
				if err != nil {
					return 0, err
				}
				time.Sleep(udpTime)
				rate, err := packetRate(s.Lines())
				return atRate(packets, rate), errors.Join(err, s.Close())
			}}
	}
	return []harness.Subject{
		subject(ownStacks, n.machine(0, "source", "sink"), linuxLoopback),
		subject(linuxLoopback, n.linuxLoopback),
	}, nil, nil
}

// linuxLoopback starts the same two ends as processes, each with one CPU and one P.
func (n *nets) linuxLoopback() (*server.Server, error) {
	address, err := server.FreeAddress()
	if err != nil {
		return nil, err
	}
	end := func(which string, cpu int) (*server.Server, error) {
		c := exec.Command(n.self, loopbackVerb, which, address.String())
		c.Env = append(c.Environ(), "GOMAXPROCS=1")
		return server.Launch(which, []int{cpu}, c)
	}
	sink, err := end("sink", n.cpus[1])
	if err != nil {
		return nil, err
	}
	source, err := end("source", n.cpus[0])
	if err != nil {
		return nil, errors.Join(err, sink.Close())
	}
	return sink.With(source), nil
}

// packetRate returns the packets a second that a sink reports in the second half of its time.
func packetRate(lines []string) (float64, error) {
	packets, in := 0, time.Duration(0)
	for _, line := range lines[len(lines)/2:] {
		if p, d, ok := loopback.Parse(line); ok {
			packets, in = packets+p, in+d
		}
	}
	if packets == 0 {
		return 0, fmt.Errorf("bench: the sink says %q: want reports of packets", lines)
	}
	return float64(packets) / in.Seconds(), nil
}
