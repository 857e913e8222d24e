package worker

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"skerry/msgpass"
)

// WakeGap is how long the sleeping side is left alone before it is woken: long past any spinning,
// so that it does sleep.
const WakeGap = 200 * time.Microsecond

// wakeWaker writes the eventfd that side B sleeps on, and adds up how long B takes to be awake.
func wakeWaker(e *end, count int) error {
	one := []byte{1, 0, 0, 0, 0, 0, 0, 0}
	for range count {
		spin(WakeGap)
		start := clock()
		if _, err := e.files.event.Write(one); err != nil {
			return fmt.Errorf("worker: write the eventfd: %w", err)
		}
		l, h := e.channel.In.Peek()
		for h == 0 {
			msgpass.Pause()
			l, h = e.channel.In.Peek()
		}
		e.own += time.Duration(int64(l[0]) - start)
		e.channel.In.Release(l)
	}
	return nil
}

// wakeSleeper sleeps in the netpoller, and sends the time at which it was awake.
func wakeSleeper(e *end, count int) error {
	value := make([]byte, 8)
	for range count {
		if _, err := e.files.event.Read(value); err != nil {
			return fmt.Errorf("worker: read the eventfd: %w", err)
		}
		send(&e.channel.Out, uint64(clock()))
	}
	return nil
}

// clock returns the time in nanoseconds on a clock that all processes share.
func clock() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(fmt.Sprintf("worker: read the clock: %v", err))
	}
	return now.Nano()
}
