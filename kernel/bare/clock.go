package main

import "math/bits"

// The programmable interval timer. Intel 8254 datasheet. Channel 0 is watched by its status, since
// the port that shows channel 2 is not on all boards.
const (
	pitHertz      = 1_193_182
	pitChannel0   = 0x40
	pitMode       = 0x43
	pitOneShot    = 0x30 // channel 0, both bytes, mode 0: the output rises at the end
	pitStatus     = 0xe2 // read back the status of channel 0
	pitOutput     = 1 << 7
	pitCount      = pitHertz / 500
	pitCountNanos = uint64(pitCount) * 1_000_000_000 / pitHertz
)

// now returns the machine's time in nanoseconds.
func now() uint64 {
	clock := &commons().Clock
	high, low := bits.Mul64(rdtsc()-clock.Start, clock.Scale)
	return high<<32 | low>>32
}

// calibrate finds out how fast the time stamp counter is and, by it, the local APIC's timer; false
// if there is nothing to tell. Time 0 is when the machine was switched on, if the counter was 0
// then; some hypervisors show their host's, and time 0 is now.
func calibrate() bool {
	clock := &commons().Clock
	if start := rdtsc(); start > pitTicksMax {
		clock.Start = start
	}
	clock.Scale = scaleByHypervisor()
	if clock.Scale == 0 {
		clock.Scale = scaleByTimer()
	}
	if clock.Scale != 0 {
		clock.Timer = timerByClock()
	}
	return clock.Timer != 0
}

// scaleByTimer measures the time stamp counter against the interval timer; 0 if there is none. A
// hypervisor may take the processor away at any point: so this takes what several measurements
// allow together. Where they contradict each other it has moved the processor to where the counter
// is another one, and only what comes after counts.
func scaleByTimer() uint64 {
	low, high := uint64(0), ^uint64(0)
	for i := 0; i < calibrations || i < calibrationsMax && high-low > low/calibrationPart; i++ {
		shortest, longest := measure()
		if longest == 0 {
			return 0
		}
		low, high = max(low, shortest), min(high, longest)
		if low > high {
			low, high = shortest, longest
		}
	}
	scale, _ := bits.Div64(pitCountNanos>>32, pitCountNanos<<32, low+(high-low)/2)
	return scale
}

// measure returns bounds of how far the time stamp counter counts while the interval timer counts
// down once; zeros if that comes to no end.
func measure() (shortest, longest uint64) {
	out8(pitMode, pitOneShot)
	out8(pitChannel0, pitCount&0xff)
	before := rdtsc()
	out8(pitChannel0, pitCount>>8)
	after := rdtsc()
	running := after // it was, at that time
	for asked := after; ; asked = rdtsc() {
		out8(pitMode, pitStatus)
		if in8(pitChannel0)&pitOutput != 0 {
			return running - after, rdtsc() - before
		}
		running = asked
		if asked-before > pitTicksMax {
			return 0, 0
		}
	}
}

// timerByClock measures the local APIC's timer against the clock, and returns its counts per
// nanosecond, times 2³²: by the one of a few measurements that is least in doubt.
func timerByClock() (scale uint64) {
	doubt := ^uint64(0)
	for i := 0; i < calibrations && doubt > timerSpanNanos/timerPart; i++ {
		before := now()
		writeAPIC(apicInitial, 1<<32-1)
		after := now()
		for now()-after < timerSpanNanos {
			pause()
		}
		asked := now()
		counts := 1<<32 - 1 - uint64(readAPIC(apicCurrent))
		shortest, longest := asked-after, now()-before
		if longest-shortest < doubt {
			doubt = longest - shortest
			scale, _ = bits.Div64(counts>>32, counts<<32, shortest+doubt/2)
		}
	}
	writeAPIC(apicInitial, 0)
	return scale
}

// The real time clock. MC146818 datasheet.
const (
	rtcSelect  = 0x70
	rtcValue   = 0x71
	rtcSeconds = 0
	rtcMinutes = 2
	rtcHours   = 4
	rtcDay     = 7
	rtcMonth   = 8
	rtcYear    = 9
	rtcStatusA = 10
	rtcStatusB = 11
	rtcUpdates = 1 << 7 // status A
	rtcBinary  = 1 << 2 // status B
)

// readWall returns the nanoseconds from 1970 to time 0; 0 if there is no clock that tells.
func readWall() uint64 {
	for polls := 0; readRTC(rtcStatusA)&rtcUpdates != 0; polls++ {
		if polls == rtcPollsMax {
			return 0
		}
	}
	binary := readRTC(rtcStatusB)&rtcBinary != 0
	year := 2000 + fromRTC(rtcYear, binary)
	month, day := fromRTC(rtcMonth, binary), fromRTC(rtcDay, binary)
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return 0
	}
	seconds := days(year, month, day)*86400 + fromRTC(rtcHours, binary)*3600 +
		fromRTC(rtcMinutes, binary)*60 + fromRTC(rtcSeconds, binary)
	return seconds*1_000_000_000 - now()
}

func readRTC(register uint8) uint8 {
	out8(rtcSelect, register)
	return in8(rtcValue)
}

// fromRTC returns a register's value, which is in decimal digits unless binary.
func fromRTC(register uint8, binary bool) uint64 {
	v := uint64(readRTC(register))
	if binary {
		return v
	}
	return v>>4*10 + v&15
}

// days returns the days from 1970 to a date of the Gregorian calendar. The year begins in March
// here, so that the leap day is its last.
func days(year, month, day uint64) uint64 {
	if month < 3 {
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719_469
}
