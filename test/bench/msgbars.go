package main

import "skerry/test/bench/harness"

// msgBars are the requirements on messages, held wherever a subject of ours runs.
func msgBars() []harness.Bar {
	channel := harness.Ref{Case: latency, Subject: goChannel}
	inThread := harness.Ref{Case: latency, Subject: ring + inThreads}
	loop := harness.Ref{Case: wakeUp, Subject: hostedLoop}
	sleeper := harness.Ref{Case: wakeUp, Subject: cWake}
	notice := harness.Ref{Case: death, Subject: survivors}
	poll := harness.Ref{Case: fanOut, Subject: polling}
	stubAdds := atMost("a stub's share of a one-line message, ns", harness.Ref{Case: stubs,
		Subject: stub}, harness.Ref{Case: stubs, Subject: rawRing}, 5, 5)
	stubAdds.Difference = true
	bars := append(barsIn(inThreads), barsIn(inProcesses)...)
	return append(bars,
		atLeast("Go channel latency / ours, threads", channel, inThread, 80, 40),
		atMost("wake-up of a sleeping core / C eventfd + epoll", loop, sleeper, 1.3, 1.3),
		atMost("64 idle channels, ns a round", poll, harness.Ref{}, 60, 60),
		stubAdds,
		atMost("a killed core is known to all others, ms", notice, harness.Ref{}, 50, 50),
	)
}

// barsIn are the bars on what is measured both in threads and in processes.
func barsIn(place string) []harness.Bar {
	c := func(kase, name string) harness.Ref { return harness.Ref{Case: kase, Subject: name} }
	ours := func(kase, name string) harness.Ref { return c(kase, name+place) }
	latencyOf, perMessage := ours(latency, ring), ours(throughput, ringGrown)
	bars := []harness.Bar{
		atMost("ring latency / C one line", latencyOf, c(latency, cOneLine), 2.2, 1.35),
		atMost("ring latency / C two lines", latencyOf, c(latency, cTwoLines), 1.05, 1.05),
		atMost("call slot latency / C one line", ours(latency, callSlot), c(latency, cOneLine),
			1.25, 1.10),
		atMost("ring per message / C best ring", perMessage, c(throughput, cBestRing), 1.5, 1.2),
		atLeast("gVisor pipe per message / ours", ours(throughput, gvisorPipe), perMessage, 10, 4),
		atLeast("C Unix datagram latency / ours", c(latency, cDatagram), latencyOf, 55, 25),
		atLeast("bulk copy GB/s / C REP MOVSB", ours(bulk, bulkCopy), c(bulk, cMovsb), 0.7, 0.85),
	}
	for i := range bars {
		bars[i].Name += place
	}
	return bars
}

// barsOnBare hold a machine on bare against the same on hosted.
func barsOnBare() []harness.Bar {
	const most = 1.2
	var bars []harness.Bar
	for _, subject := range []harness.Ref{{Case: latency, Subject: ring},
		{Case: latency, Subject: callSlot}, {Case: throughput, Subject: ringGrown}} {
		over, under := subject, subject
		over.Subject += onBare
		under.Subject += inProcesses
		bars = append(bars, atMost(subject.Subject+", "+subject.Case+", bare / processes", over,
			under, most, most))
	}
	copied := harness.Ref{Case: bulk, Subject: bulkCopy}
	over, under := copied, copied
	over.Subject += onBare
	under.Subject += inProcesses
	return append(bars, atLeast("bulk copy, bare / processes", over, under, 1/most, 1/most))
}

func atMost(name string, over, under harness.Ref, near, far float64) harness.Bar {
	return harness.Bar{Name: name, Over: over, Under: under,
		Bounds: map[harness.Class]float64{harness.Near: near, harness.Far: far}}
}

func atLeast(name string, over, under harness.Ref, near, far float64) harness.Bar {
	bar := atMost(name, over, under, near, far)
	bar.AtLeast = true
	return bar
}
