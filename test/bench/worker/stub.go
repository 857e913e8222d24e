package worker

import (
	"fmt"

	"golang.org/x/sys/unix"

	"skerry/kernel"
	"skerry/msgpass"
	"skerry/msgpass/idl/example"
)

// stubBatch is how many messages are sent before they are received.
const stubBatch = 16

// stubbed is both ends of a channel in one goroutine, so that what is measured is instructions, and
// not the way of a cache line from core to core. It serves the example interface, and counts.
//
// What each message loads must not lie where a header does, in the last word of a line. Else one
// process in a hundred or so is slow for life, by up to half. Moving its page to other physical
// memory cures it, so the processor seems to take the load, by some bits of the physical address,
// for one of the header just stored.
type stubbed struct {
	told   uint64 // the sum of all that was told
	client *example.EchoClient

	near, far *msgpass.Channel
	example.EchoServer
	example.EchoCallbacks
}

// Joined implements example.EchoServer.
func (s *stubbed) Joined(*example.EchoPeer) {}

// Left implements example.EchoServer.
func (s *stubbed) Left(*example.EchoPeer) {}

// Tell implements example.EchoServer.
func (s *stubbed) Tell(_ *example.EchoPeer, count uint64) { s.told += count }

// Bound implements example.EchoCallbacks.
func (s *stubbed) Bound(error) {}

// Down implements example.EchoCallbacks.
func (s *stubbed) Down([]uint32) {}

// newStubbed returns a connected and bound pair of ends.
func newStubbed() (*stubbed, error) {
	window, err := unix.Mmap(-1, 0, kernel.WindowBytes, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("worker: map a window: %w", err)
	}
	s := &stubbed{}
	if s.near, s.far, err = connected(0, 1, window); err != nil {
		return nil, err
	}
	s.far.Services = &msgpass.Services{}
	if err := example.ServeEcho(s.far.Services, s); err != nil {
		return nil, err
	}
	if s.client, err = example.NewEchoClient(s.near, s); err != nil {
		return nil, err
	}
	for _, c := range []*msgpass.Channel{s.far, s.near} {
		if _, err := c.Dispatch(1); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// stubs returns the pair of ends of this side, with a fresh sum.
func (e *end) stubs() (s *stubbed, err error) {
	if e.stubbed == nil {
		if e.stubbed, err = newStubbed(); err != nil {
			return nil, err
		}
	}
	e.stubbed.told = 0
	return e.stubbed, nil
}

// stubTell sends and receives one-way messages of one number by generated stubs.
func stubTell(e *end, count int) error {
	s, err := e.stubs()
	if err != nil {
		return err
	}
	for sent := 0; sent < count; sent += stubBatch {
		for i := range stubBatch {
			if !s.client.TryTell(uint64(sent + i)) {
				return fmt.Errorf("worker: message %d is refused: want room", sent+i)
			}
		}
		if _, err := s.far.Dispatch(stubBatch); err != nil {
			return err
		}
	}
	return checkTold(s.told, count)
}

// rawTell does the same by the ring's own calls.
func rawTell(e *end, count int) error {
	s, err := e.stubs()
	if err != nil {
		return err
	}
	out, in, told := &s.near.Out, &s.far.In, uint64(0)
	for sent := 0; sent < count; sent += stubBatch {
		for i := range stubBatch {
			l := out.TrySlot()
			if l == nil {
				return fmt.Errorf("worker: message %d is refused: want room", sent+i)
			}
			l[0] = uint64(sent + i)
			out.Publish(l, msgpass.MakeHeader(kind, 8, 0))
		}
		for range stubBatch {
			l, _ := in.Peek()
			told += l[0]
			in.Release(l)
		}
	}
	return checkTold(told, count)
}

// checkTold holds the sum of the numbers told against what was sent: count, rounded up to batches.
func checkTold(told uint64, count int) error {
	n := uint64((count + stubBatch - 1) / stubBatch * stubBatch)
	if want := n * (n - 1) / 2; told != want {
		return fmt.Errorf("worker: numbers told add up to %d: want %d", told, want)
	}
	return nil
}
