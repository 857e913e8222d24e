package pingpong

import (
	"errors"
	"fmt"
	"time"

	"skerry/coreos"
	"skerry/kernel"
)

// patience is how long a peer may take to come up or to answer.
const patience = 5 * time.Second

// retryAfter is how long the pinger lets its loop run when there is no room to send.
const retryAfter = time.Microsecond

// pinger is the side that measures. It runs the core's loop itself, turn by turn.
type pinger struct {
	core    kernel.Core
	loop    *coreos.Loop
	peer    kernel.CoreID
	client  *PongClient
	bound   bool
	err     error // of the binding
	answers int   // replies that came
	back    uint64
	count   uint64
	bytes   uint64
}

// meet returns a pinger that is bound to the peer.
func meet(s *coreos.OS, peer kernel.CoreID) (*pinger, error) {
	p := &pinger{core: s.Core(), loop: s.Loop(), peer: peer}
	client, err := NewPongClient(p.loop.Channel(peer), p)
	if err != nil {
		return nil, err
	}
	p.client = client
	return p, p.await(func() bool { return p.bound })
}

// await runs the loop until the condition holds.
func (p *pinger) await(holds func() bool) error {
	deadline := p.core.Now().Add(patience)
	for !holds() {
		if err := p.turn(deadline); err != nil {
			return err
		}
		if p.core.Now() >= deadline {
			return fmt.Errorf("pingpong: no answer from %v in %v", p.peer, patience)
		}
	}
	return nil
}

// turn runs one turn of the loop, until the deadline at most.
func (p *pinger) turn(deadline kernel.Instant) error {
	t := p.loop.Turn(deadline)
	p.loop.Dispatch(&t)
	for _, d := range t.Deaths {
		if d.Core == p.peer {
			return fmt.Errorf("pingpong: %v died: %v", p.peer, d.Cause)
		}
	}
	return errors.Join(append(t.Faults, p.err)...)
}

// ping sends a ping and waits for the answer.
func (p *pinger) ping(seq uint64) error {
	p.answers = 0
	for !p.client.TryPing(0, seq) {
		if err := p.turn(p.core.Now().Add(retryAfter)); err != nil {
			return err
		}
	}
	if err := p.await(func() bool { return p.answers > 0 }); err != nil {
		return err
	}
	if p.back != seq {
		return fmt.Errorf("pingpong: %v answered ping %d with %d", p.peer, seq, p.back)
	}
	return nil
}

// total asks what the peer took, and compares it with what was sent.
func (p *pinger) total(count, bytes uint64) error {
	p.answers = 0
	for !p.client.TryTotal(0) {
		if err := p.turn(p.core.Now().Add(retryAfter)); err != nil {
			return err
		}
	}
	if err := p.await(func() bool { return p.answers > 0 }); err != nil {
		return err
	}
	if p.count != count || p.bytes != bytes {
		return fmt.Errorf("pingpong: %v took %d messages and %d bytes: want %d and %d", p.peer,
			p.count, p.bytes, count, bytes)
	}
	return nil
}

// Bound implements PongCallbacks.
func (p *pinger) Bound(err error) { p.bound, p.err = err == nil, err }

// Down implements PongCallbacks.
func (p *pinger) Down([]uint32) { p.bound = false }

// PingReply implements PongCallbacks.
func (p *pinger) PingReply(_ uint32, back uint64) {
	p.back = back
	p.answers++
}

// TotalReply implements PongCallbacks.
func (p *pinger) TotalReply(_ uint32, messages, bytes uint64) {
	p.count, p.bytes = messages, bytes
	p.answers++
}
