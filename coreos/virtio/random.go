package virtio

import (
	"errors"
	"fmt"
	"time"

	"skerry/kernel"
)

// KindRandom is what a driver calls a source of random numbers.
const KindRandom = "virtio-rng"

// Random is a source of random numbers (5.4). It is for one goroutine at a time.
type Random struct {
	device  *device
	queue   *queue
	pending bool
	left    []byte // of the last answer; a copy
}

// NewRandom resets a source and starts it.
func NewRandom(d *kernel.Device) (*Random, error) {
	v, err := open(d, 0)
	if err != nil {
		return nil, err
	}
	r := &Random{device: v}
	if r.queue, err = v.openQueue(0, 1, randomBytes); err != nil {
		return nil, err
	}
	r.queue.disarm()
	v.ready()
	return r, nil
}

// TryRead returns how many random bytes were there at once; it asks for more if there were none.
func (r *Random) TryRead(p []byte) (int, error) {
	if len(r.left) == 0 {
		if err := r.poll(); err != nil {
			r.device.setStatus(0)
			return 0, err
		}
	}
	n := copy(p, r.left)
	clear(r.left[:n])
	r.left = r.left[n:]
	return n, nil
}

// poll takes an answer, or asks.
func (r *Random) poll() error {
	count, err := r.queue.waiting()
	switch {
	case err != nil:
		return err
	case count > 0:
		head, bytes, err := r.queue.take()
		if err != nil {
			return err
		}
		if r.pending = false; bytes == 0 {
			return errors.New("virtio: an answer of no random bytes: want one at least")
		}
		r.left = append([]byte(nil), r.queue.buffer(head)[:bytes]...)
		clear(r.queue.buffer(head))
	case !r.pending && r.queue.offerRoom(randomBytes):
		r.pending = true
		r.queue.publish()
	}
	return nil
}

// Read implements io.Reader. It fills p.
func (r *Random) Read(p []byte) (n int, err error) {
	for end := time.Now().Add(randomPatience); n < len(p); {
		more, err := r.TryRead(p[n:])
		if err != nil {
			return n, err
		}
		if n += more; more > 0 {
			continue
		}
		if time.Now().After(end) {
			return n, fmt.Errorf("virtio: %d random bytes in %v: want %d", n, randomPatience,
				len(p))
		}
		time.Sleep(randomPause)
	}
	return n, nil
}
