package shell

import (
	"fmt"
	"time"

	"skerry/kernel"
	"skerry/msgpass"
)

// rally makes calls to the Echo of a peer, the next one when the reply to the last came, in the
// loop itself. So what it measures is stubs and loops, and no switch of goroutines. All of it but
// play runs under the loop's lock.
type rally struct {
	sh     *shell
	peer   kernel.CoreID
	client *EchoClient

	round  uint32 // of play, as a token: replies to an earlier one come too late
	loads  int    // messages before each call
	unsent int    // calls to make
	flying int    // calls without a reply yet
	sent   int    // messages and calls
	ended  kernel.Instant
	over   chan error // capacity 1
}

func newRally(sh *shell, peer kernel.CoreID) (*rally, error) {
	r := &rally{sh: sh, peer: peer}
	client, err := NewEchoClient(sh.loop.Channel(peer), r)
	r.client = client
	return r, err
}

// play makes a number of calls, so many of them in flight, with messages before each, and returns
// how long it took and how many messages and calls were sent.
func (r *rally) play(calls, flight, loads int) (took time.Duration, sent int, err error) {
	start, over, err := r.serve(calls, flight, loads)
	if err != nil {
		return 0, 0, err
	}
	timer := time.NewTimer(answerPatience)
	defer timer.Stop()
	select {
	case err = <-over:
	case <-timer.C:
		err = errNoAnswer
	}
	r.sh.loop.Lock()
	defer r.sh.loop.Unlock()
	return r.ended.Sub(start), r.sent, err
}

// serve makes the first calls. The channel tells of the end.
func (r *rally) serve(calls, flight, loads int) (start kernel.Instant, over chan error, err error) {
	r.sh.loop.Lock()
	defer r.sh.loop.Unlock()
	start, over = r.sh.core.Now(), make(chan error, 1)
	r.loads, r.unsent, r.flying, r.sent, r.over = loads, calls, 0, 0, over
	r.round++
	for range flight {
		r.shoot()
	}
	r.sh.loop.Flush()
	if r.flying == 0 {
		err = fmt.Errorf("shell: %v does not answer: no channel or no room", r.peer)
	}
	return start, over, err
}

// shoot makes a call, if one is left and there is room.
func (r *rally) shoot() {
	if r.unsent == 0 {
		return
	}
	for range r.loads {
		if r.client.TryLoad(uint64(r.sent)) {
			r.sent++
		}
	}
	if r.client.TryPing(r.round, uint64(r.sent)) {
		r.sent++
		r.unsent--
		r.flying++
	}
}

// PingReply implements EchoCallbacks.
func (r *rally) PingReply(round uint32, _ uint64) {
	if round != r.round {
		return
	}
	r.flying--
	r.shoot()
	if r.flying == 0 {
		r.end(nil)
	}
}

// Bound implements EchoCallbacks.
func (r *rally) Bound(error) {}

// Down implements EchoCallbacks.
func (r *rally) Down(lost []uint32) {
	if len(lost) > 0 {
		r.end(msgpass.ErrDown)
	}
}

func (r *rally) end(err error) {
	r.ended = r.sh.core.Now()
	select {
	case r.over <- err:
	default: // nobody waits any more
	}
}
