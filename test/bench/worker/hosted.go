package worker

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"skerry/coreos"
	"skerry/kernel"
	"skerry/kernel/hosted"
	"skerry/msgpass"
)

// Hosted is the mode in which the sides are two cores of a hosted machine. Core 1 runs the loop of
// package coreos, and sleeps when there is nothing to do; core 0 wakes it and takes the time. The
// worker is the launcher: it passes orders on to core 0, which answers them itself.
const Hosted = "hosted"

// appName names the app of both cores.
const appName = "bench"

// Types of the messages to core 1.
const (
	kindWake = kind + 1 // answer with the present time
	kindBusy = kind + 2 // from now on, compute in as many goroutines as word 0 says
)

// mainHosted is the launcher.
func mainHosted(in io.Reader) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "orders")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		return fmt.Errorf("worker: make %s: %w", path, err)
	}
	config := hosted.Config{Cores: 2, Instance: self, Args: []string{appName, path}}
	machine, err := hosted.New(config)
	if err != nil {
		return err
	}
	defer machine.Close()
	forwarded := make(chan error, 1)
	go func() { forwarded <- forward(path, in) }()
	// Core 0 ends when the orders do, and core 1 with it.
	if err := machine.Run(); err != nil {
		return err
	}
	return <-forwarded
}

// forward copies what comes in to the named pipe until it ends.
func forward(path string, in io.Reader) error {
	pipe, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(pipe, in)
	return errors.Join(err, pipe.Close())
}

// Apps are what the cores of the machines of modes Hosted and Deaths run, and those on bare.
func Apps() []coreos.App {
	return []coreos.App{
		{Name: appName, Run: runCore, OwnsLoop: true},
		{Name: watchName, Run: watch, OwnsLoop: true},
		{Name: BareApp, Run: runBare, OwnsLoop: true},
	}
}

func runCore(s *coreos.OS) error {
	own := s.Core().Boot().Core
	peer := 1 - own
	s.Loop().Lock()
	channel := s.Loop().Channel(peer)
	for !channel.Up() {
		if t := s.Loop().Turn(kernel.Forever); len(t.Faults) > 0 {
			return errors.Join(t.Faults...)
		}
	}
	if own == 1 {
		return sleepingCore(s, channel)
	}
	orders, err := os.Open(s.Args()[0])
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return serve(orders, os.Stdout, func(o order) (time.Duration, error) {
		return wakingCore(s, channel, o)
	})
}

// wakingCore wakes the other core as often as ordered, and returns how long it took until the other
// one's loop had the message.
func wakingCore(s *coreos.OS, c *msgpass.Channel, o order) (time.Duration, error) {
	busy := 0
	if o.name != WakeHosted {
		if _, err := fmt.Sscanf(o.name, busyFormat, &busy); err != nil {
			return 0, fmt.Errorf("worker: subject %q: want %s or %s", o.name, WakeHosted,
				busyFormat)
		}
	}
	defer guard(o).Stop()
	spin(o.warm)
	tell(s, c, kindBusy, uint64(busy))
	total := time.Duration(0)
	for range o.count {
		spin(WakeGap)
		start := s.Core().Now()
		total += kernel.Instant(tell(s, c, kindWake, 0)).Sub(start)
	}
	tell(s, c, kindBusy, 0)
	return total, nil
}

// tell sends one message and returns word 0 of the answer. It polls for it, so as not to sleep
// itself.
func tell(s *coreos.OS, c *msgpass.Channel, what uint16, word uint64) uint64 {
	l := c.Out.TrySlot()
	for l == nil {
		msgpass.Pause()
		l = c.Out.TrySlot()
	}
	l[0] = word
	c.Out.Publish(l, msgpass.MakeHeader(what, 8, 0))
	s.Loop().Flush()
	l, h := c.In.Peek()
	for h == 0 {
		msgpass.Pause()
		l, h = c.In.Peek()
	}
	answer := l[0]
	c.In.Release(l)
	return answer
}

// sleepingCore answers messages until core 0 has ended.
func sleepingCore(s *coreos.OS, c *msgpass.Channel) error {
	var crowd crowd
	for {
		t := s.Loop().Turn(kernel.Forever)
		if len(t.Deaths) > 0 {
			return nil
		}
		if t.Ready == nil {
			continue
		}
		now := s.Core().Now()
		l, h, err := c.Next()
		if err != nil {
			return err
		}
		if h == 0 {
			continue
		}
		word := l[0]
		c.In.Release(l)
		if h.Type() == kindBusy {
			crowd.resize(int(word))
		}
		answer := c.Out.TrySlot()
		if answer == nil {
			return errors.New("worker: the ring to core 0 is full: want one answer at a time")
		}
		answer[0] = uint64(now)
		c.Out.Publish(answer, msgpass.MakeHeader(h.Type(), 8, 0))
	}
}

// crowd is a number of goroutines that compute.
type crowd struct {
	stop    *atomic.Bool
	running sync.WaitGroup
}

// resize ends the present goroutines and starts count others.
func (c *crowd) resize(count int) {
	if c.stop != nil {
		c.stop.Store(true)
		c.running.Wait()
	}
	stop := new(atomic.Bool)
	c.stop = stop
	for range count {
		c.running.Go(func() {
			for !stop.Load() {
			}
		})
	}
}

// BusyCounts returns how many CPU-bound goroutines run beside the loop whose delay is measured.
func BusyCounts() []int { return []int{0, 1, 4, 16} }

const busyFormat = "busy-%d"

// Busy names the subject that wakes a loop beside count CPU-bound goroutines.
func Busy(count int) string { return fmt.Sprintf(busyFormat, count) }
