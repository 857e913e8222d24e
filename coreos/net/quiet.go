package net

import (
	"sync"
	"sync/atomic"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// quiet has a connection that is quiet for long ask whether the other end is there. Of one that is
// not, its stack does not know that this is wanted: it would set a timer for each packet.
type quiet struct {
	endpoint tcpip.Endpoint
	heard    atomic.Bool // the other end was, since the last look

	mu    sync.Mutex
	timer *time.Timer // of the next look; nil: there is none any more
	asks  bool        // the stack does
}

// begin begins to look.
func (q *quiet) begin(e tcpip.Endpoint) {
	idle := tcpip.KeepaliveIdleOption(keepAliveIdle)
	interval := tcpip.KeepaliveIntervalOption(keepAliveInterval)
	// Both are within the bounds of the stack: no error.
	e.SetSockOpt(&idle)
	e.SetSockOpt(&interval)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.endpoint = e
	q.timer = time.AfterFunc(keepAliveIdle, q.look)
}

// hear notes that the other end said something.
func (q *quiet) hear() {
	if !q.heard.Load() {
		q.heard.Store(true)
	}
}

// look has the stack ask, or no more.
func (q *quiet) look() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.timer == nil {
		return
	}
	if asks := !q.heard.Swap(false); asks != q.asks { // to say it again would begin anew
		q.asks = asks
		q.endpoint.SocketOptions().SetKeepAlive(asks)
	}
	q.timer.Reset(keepAliveIdle)
}

// end ends it.
func (q *quiet) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.timer.Stop()
	q.timer = nil
}
