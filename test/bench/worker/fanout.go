package worker

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"skerry/kernel"
	"skerry/msgpass"
)

// FanoutChannels is the number of idle channels that one round polls.
const FanoutChannels = 64

// fanout is a core with many channels on which nothing ever comes.
type fanout struct {
	set     *msgpass.WaitSet
	windows [][]byte
}

func newFanout() (*fanout, error) {
	f := &fanout{}
	for id := kernel.CoreID(1); id <= FanoutChannels; id++ {
		window, err := unix.Mmap(-1, 0, kernel.WindowBytes, unix.PROT_READ|unix.PROT_WRITE,
			unix.MAP_PRIVATE|unix.MAP_ANON)
		if err != nil {
			return nil, fmt.Errorf("worker: map window %d of %d: %w", id, FanoutChannels, err)
		}
		f.windows = append(f.windows, window)
		channel, _, err := connected(0, id, window)
		if err != nil {
			return nil, err
		}
		if f.set == nil {
			f.set = msgpass.NewWaitSet(newCore(0, window))
		}
		if err := f.set.Add(channel); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// connected returns own's and peer's end of a channel, both up.
func connected(own, peer kernel.CoreID, window []byte) (near, far *msgpass.Channel, err error) {
	near, errNear := msgpass.Open(newCore(own, window), peer)
	far, errFar := msgpass.Open(newCore(peer, window), own)
	if err := errors.Join(errNear, errFar); err != nil {
		return nil, nil, err
	}
	for !near.Up() || !far.Up() {
		_, errNear = near.Connect()
		_, errFar = far.Connect()
		if err := errors.Join(errNear, errFar); err != nil {
			return nil, nil, err
		}
	}
	return near, far, nil
}

// fanoutPoll polls all channels, once a count.
func fanoutPoll(e *end, count int) (err error) {
	if e.fanout == nil {
		if e.fanout, err = newFanout(); err != nil {
			return err
		}
	}
	for range count {
		if c := e.fanout.set.Poll(); c != nil {
			return fmt.Errorf("worker: a message from %v: want none", c.Peer())
		}
	}
	return nil
}
