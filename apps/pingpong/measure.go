package pingpong

import (
	"slices"
	"time"

	"skerry/kernel"
	"skerry/msgpass"
)

// row is what was measured with one peer.
type row struct {
	peer   kernel.CoreID
	call   time.Duration // round trip of a call, median over batches
	wake   time.Duration // round trip of a call to a core that sleeps, median
	stream float64       // nanoseconds for each one-way message
	bulk   float64       // bytes for each nanosecond
}

// measurements are what is measured with each peer; each takes about the given time.
var measurements = [...]func(*pinger, time.Duration, *row) error{
	(*pinger).measureCall, (*pinger).measureWake, (*pinger).measureStream, (*pinger).measureBulk,
}

const (
	pingsPerBatch = 64
	idleBefore    = time.Millisecond // long enough for a core to fall asleep
)

// measureCall pings without pause.
func (p *pinger) measureCall(slice time.Duration, r *row) error {
	batch, err := p.median(slice, pingsPerBatch, 0)
	r.call = batch / pingsPerBatch
	return err
}

// measureWake pings a peer that had nothing to do for a while.
func (p *pinger) measureWake(slice time.Duration, r *row) (err error) {
	r.wake, err = p.median(slice, 1, idleBefore)
	return err
}

// median returns the median time of a number of pings, with an idle time before each sample.
func (p *pinger) median(slice time.Duration, pings int, idle time.Duration) (time.Duration, error) {
	var samples []time.Duration
	for end := p.core.Now().Add(slice); len(samples) == 0 || p.core.Now() < end; {
		if err := p.turn(p.core.Now().Add(idle)); err != nil {
			return 0, err
		}
		start := p.core.Now()
		for seq := range uint64(pings) {
			if err := p.ping(seq); err != nil {
				return 0, err
			}
		}
		samples = append(samples, p.core.Now().Sub(start))
	}
	slices.Sort(samples)
	return samples[len(samples)/2], nil
}

// measureStream sends one-way messages as fast as the peer takes them.
func (p *pinger) measureStream(slice time.Duration, r *row) error {
	start := p.core.Now()
	sent := uint64(0)
	for end := start.Add(slice); p.core.Now() < end; {
		for p.client.TryTake(sent) {
			sent++
		}
		if err := p.turn(p.core.Now().Add(retryAfter)); err != nil {
			return err
		}
	}
	err := p.total(sent, 0)
	r.stream = float64(p.core.Now().Sub(start)) / float64(sent)
	return err
}

// measureBulk copies payloads to the peer by way of the bulk pool; the peer copies them again.
func (p *pinger) measureBulk(slice time.Duration, r *row) error {
	payload := make([]byte, msgpass.PoolBufferBytes)
	start := p.core.Now()
	sent := uint64(0)
	for end := start.Add(slice); p.core.Now() < end; {
		for p.tryLoad(payload) {
			sent += uint64(len(payload))
		}
		if err := p.turn(p.core.Now().Add(retryAfter)); err != nil {
			return err
		}
	}
	err := p.total(0, sent)
	r.bulk = float64(sent) / float64(p.core.Now().Sub(start))
	return err
}

// tryLoad sends one payload; false if there is no buffer or no room.
func (p *pinger) tryLoad(payload []byte) bool {
	pool := &p.loop.Channel(p.peer).Pool
	buffer, ok := pool.Take()
	if !ok {
		return false
	}
	msgpass.Copy(buffer.Bytes, payload)
	lent := pool.Lend(buffer, len(payload))
	if !p.client.TryLoad(lent) {
		pool.Recall(lent)
		return false
	}
	return true
}
