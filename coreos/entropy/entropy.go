// Package entropy gives the cores of a machine what a source of random numbers has, a device of
// kind virtio-rng. The core that drives it sends each other core a seed every few seconds, and that
// one writes it to /dev/urandom: there its libOS mixes it into the numbers that it makes. So nobody
// depends on the source, nor on the core that has it; and where a processor has no RDRAND, a core
// has more to go by than the time.
package entropy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"skerry/coreos"
	"skerry/coreos/virtio"
	"skerry/coreos/vitals"
	"skerry/kernel"
)

// App returns the app. All cores run it; those that may drive the source take turns, one a life.
func App() coreos.App {
	return coreos.App{Name: "entropy", Run: func(s *coreos.OS) error {
		pool, err := os.OpenFile("/dev/urandom", os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("entropy: %w", err)
		}
		return run(s, pool, claimOf(s.Core()))
	}}
}

// claimOf returns how a core comes to have the source; nil: it never does.
func claimOf(core kernel.Core) func() (io.Reader, error) {
	devices, ok := core.(kernel.Devices)
	if !ok {
		return nil
	}
	for _, info := range devices.Devices() {
		if info.Kind == virtio.KindRandom && slices.Contains(info.Cores, core.Boot().Core) {
			return func() (io.Reader, error) {
				d, err := devices.Claim(info.ID)
				if err != nil {
					return nil, err
				}
				return virtio.NewRandom(d)
			}
		}
	}
	return nil
}

// node is one core's part.
type node struct {
	pool  io.Writer // what is written there is mixed into the core's random numbers
	peers []*BlockingMember
	stirs atomic.Uint64
}

func run(s *coreos.OS, pool io.Writer, claim func() (io.Reader, error)) error {
	n := &node{pool: pool}
	if err := n.join(s); err != nil {
		return err
	}
	if claim != nil {
		if err := n.give(claim); err != nil {
			s.Logf("the source of random numbers is not used: %v", err)
		}
	}
	select {}
}

// join serves the other cores, and makes the clients of what they serve.
func (n *node) join(s *coreos.OS) error {
	v, err := vitals.Of(s)
	if err != nil {
		return err
	}
	if err := v.Count("entropy_seeds_total", n.stirs.Load); err != nil {
		return err
	}
	loop := s.Loop()
	loop.Lock()
	err = ServeMember(loop.Services(), server{n})
	loop.Unlock()
	for _, id := range s.Core().Boot().Cores {
		channel := loop.Channel(id)
		if err != nil || channel == nil {
			continue
		}
		var p *BlockingMember
		p, err = NewBlockingMember(channel, loop)
		n.peers = append(n.peers, p)
	}
	return err
}

// give claims the source, and gives all cores what it has, for as long as it has something.
func (n *node) give(claim func() (io.Reader, error)) error {
	source, err := claim()
	for ; errors.Is(err, kernel.ErrTaken); source, err = claim() {
		time.Sleep(claimEvery)
	}
	if err != nil {
		return err
	}
	for {
		seed, err := read(source)
		if err != nil {
			return err
		}
		n.stir(seed)
		for _, p := range n.peers {
			if seed, err = read(source); err != nil {
				return err
			}
			p.Stir(seed) // an error says that it does not run, or not this app
		}
		time.Sleep(stirEvery)
	}
}

// read takes a seed, which nobody else has, from the source.
func read(source io.Reader) (seed [4]uint64, err error) {
	var b [seedBytes]byte
	_, err = io.ReadFull(source, b[:])
	for i := range seed {
		seed[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return seed, err
}

// stir mixes a seed into this core's random numbers.
func (n *node) stir(seed [4]uint64) {
	var b []byte
	for _, word := range seed {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	if _, err := n.pool.Write(b); err == nil {
		n.stirs.Add(1)
	}
}

// server serves Member, in the core's loop.
type server struct{ *node }

// Joined implements MemberServer.
func (server) Joined(*MemberPeer) {}

// Left implements MemberServer.
func (server) Left(*MemberPeer) {}

// Stir implements MemberServer.
func (s server) Stir(_ *MemberPeer, seed [4]uint64) { s.stir(seed) }
