package main

import "skerry/test/bench/harness"

// msgBars are the requirements on messages, held in every place where a subject of ours runs.
func msgBars() []harness.Bar {
	var bars []harness.Bar
	for _, place := range []string{inThreads, inProcesses} {
		ours := func(kase, name string) harness.Ref { return harness.Ref{Case: kase, Subject: name + place} }
		theirs := func(kase, name string) harness.Ref { return harness.Ref{Case: kase, Subject: name} }
		bars = append(bars,
			atMost("ring latency / C one line"+place, ours(latency, ring),
				theirs(latency, cOneLine), 2.2, 1.35),
			atMost("ring latency / C two lines"+place, ours(latency, ring),
				theirs(latency, cTwoLines), 1.05, 1.05),
			atMost("call slot latency / C one line"+place, ours(latency, callSlot),
				theirs(latency, cOneLine), 1.25, 1.10),
			atMost("ring per message / C best ring"+place, ours(throughput, ringGrown),
				theirs(throughput, cBestRing), 1.5, 1.2),
			atLeast("gVisor pipe per message / ours"+place, ours(throughput, gvisorPipe),
				ours(throughput, ringGrown), 10, 4),
			atLeast("bulk copy / C REP MOVSB"+place, ours(bulk, bulkCopy),
				theirs(bulk, cMovsb), 0.7, 0.85),
			atLeast("C Unix datagram latency / ours"+place, theirs(latency, cDatagram),
				ours(latency, ring), 55, 25),
		)
	}
	return append(bars,
		atLeast("Go channel latency / ours, threads", harness.Ref{Case: latency, Subject: goChannel},
			harness.Ref{Case: latency, Subject: ring + inThreads}, 80, 40),
		atMost("wake-up of a sleeping core / C eventfd + epoll",
			harness.Ref{Case: wakeUp, Subject: hostedWait}, harness.Ref{Case: wakeUp, Subject: cWake}, 1.3, 1.3),
		atMost("64 idle channels, ns a round", harness.Ref{Case: fanOut, Subject: polling},
			harness.Ref{}, 60, 60),
	)
}

func atMost(name string, over, under harness.Ref, near, far float64) harness.Bar {
	bounds := map[harness.Class]float64{harness.Near: near, harness.Far: far}
	return harness.Bar{Name: name, Over: over, Under: under, Bounds: bounds}
}

func atLeast(name string, over, under harness.Ref, near, far float64) harness.Bar {
	bar := atMost(name, over, under, near, far)
	bar.AtLeast = true
	return bar
}
