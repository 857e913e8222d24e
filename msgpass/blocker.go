package msgpass

import (
	"math/bits"
	"sync"
	"time"
)

// Blocker lets goroutines make calls and wait for their replies, while the loop of the core, which
// is another goroutine, receives them. Generated blocking clients contain one.
//
// One lock, the loop's, stands around all that uses a channel. The loop holds it but while it
// yields or sleeps (WaitSet.Share); a goroutine holds it while it sends, not while it waits. On a
// core with one processor it is hardly ever contended: when a goroutine runs, the loop has just
// yielded. Sending needs no help by the loop, so a call costs no switch of goroutines until its
// reply comes.
//
// What runs in the loop, such as a handler, must not make a blocking call: nobody would receive the
// reply.
type Blocker struct {
	lock  sync.Locker
	port  *ClientPort
	err   error // why there is no binding; nil: there is one
	free  uint64
	ended sync.Cond // a call has ended
	calls [CallsMax]parkedCall
}

// parkedCall is a goroutine that waits for a reply.
type parkedCall struct {
	back sync.Cond
	done bool
	err  error
}

// Start prepares b for calls by port, under the lock of the loop.
func (b *Blocker) Start(lock sync.Locker, port *ClientPort) {
	b.lock, b.port, b.err, b.free = lock, port, ErrDown, ^uint64(0)
	b.ended.L = lock
	for i := range b.calls {
		b.calls[i].back.L = lock
	}
}

// Lock takes the lock of the loop.
func (b *Blocker) Lock() { b.lock.Lock() }

// Unlock gives the lock of the loop back.
func (b *Blocker) Unlock() { b.lock.Unlock() }

// AwaitBound waits until the client is bound. A peer that is not up yet, or does not serve the
// interface yet, is given time to. Errors: ErrDown, ErrNotServed, if it does not in that time;
// ErrVersion. The caller does not hold the lock.
func (b *Blocker) AwaitBound(patience time.Duration) error {
	err := b.bound()
	for start := time.Now(); err != nil && time.Since(start) < patience; err = b.bound() {
		time.Sleep(retryAfter)
	}
	return err
}

// bound returns why the client is not bound, and asks again if it was refused.
func (b *Blocker) bound() error {
	b.Lock()
	defer b.Unlock()
	if b.err != nil {
		b.port.AskAgain()
		b.port.channel.Flush()
	}
	return b.err
}

// Send sends a one-way message: it waits while there is no room. Error: there is no binding. The
// caller holds the lock.
func (b *Blocker) Send(try func() bool) error {
	for b.err == nil {
		if try() {
			b.port.channel.Flush()
			return nil
		}
		b.pause()
	}
	return b.err
}

// Call makes a call and waits for its reply, which the loop tells by Finish. Until End, the token
// belongs to the call. Errors: there is no binding; ErrDown if it ends before the reply comes. The
// caller holds the lock.
func (b *Blocker) Call(try func(token uint32) bool) (token uint32, err error) {
	token, err = b.begin(try)
	if err != nil {
		return 0, err
	}
	b.port.channel.Flush()
	call := &b.calls[token]
	for !call.done {
		call.back.Wait()
	}
	if call.err != nil {
		b.End(token)
	}
	return token, call.err
}

// begin sends a call.
func (b *Blocker) begin(try func(token uint32) bool) (token uint32, err error) {
	for b.err == nil {
		if b.free == 0 {
			b.ended.Wait()
			continue
		}
		token = uint32(bits.TrailingZeros64(b.free)) % CallsMax
		if try(token) {
			b.free &= b.free - 1
			b.calls[token].done = false
			return token, nil
		}
		b.pause()
	}
	return 0, b.err
}

// End gives the token of an ended call back.
func (b *Blocker) End(token uint32) {
	b.free |= 1 << token
	b.ended.Signal()
}

// Finish ends a call: its goroutine goes on. The loop calls it.
func (b *Blocker) Finish(token uint32, err error) {
	call := &b.calls[token]
	call.done, call.err = true, err
	call.back.Signal()
}

// Bound is called by the loop when the binding came up or was refused.
func (b *Blocker) Bound(err error) { b.err = err }

// Down is called by the loop when the channel went down.
func (b *Blocker) Down(lost []uint32) {
	b.err = ErrDown
	for _, token := range lost {
		b.Finish(token, ErrDown)
	}
	b.ended.Broadcast()
}

// pause lets the loop and the peer go on, while there is no room, and the ring grow.
func (b *Blocker) pause() {
	b.port.channel.Flush()
	b.Unlock()
	time.Sleep(retryAfter)
	b.Lock()
}
