package net

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/waiter"
)

// conn is a connection that this core accepted. It is gonet's, but for reads and writes: these
// wait, and have deadlines, by what the connection keeps for that. gonet makes channels and timers
// each time.
type conn struct {
	*gonet.TCPConn
	node        *node
	endpoint    tcpip.Endpoint
	once        sync.Once
	read, write side
	quiet       quiet

	// For who has the side.
	into tcpip.SliceWriter
	from bytes.Reader
	took int // bytes that were read, of which the stack was not told
}

func newConn(n *node, e tcpip.Endpoint, queue *waiter.Queue) *conn {
	c := &conn{TCPConn: gonet.NewTCPConn(queue, e), node: n, endpoint: e}
	c.read.open(queue, waiter.ReadableEvents)
	c.write.open(queue, waiter.WritableEvents)
	c.quiet.begin(e)
	e.SetSockOptInt(tcpip.IPv4TTLOption, ipv4.DefaultTTL) // else it is looked up for each packet
	return c
}

// Read implements net.Conn. The stack's result is large: so the memory of a new goroutine's own
// stack grows here, where it is copied quickly, and not ten calls deeper.
func (c *conn) Read(b []byte) (int, error) {
	c.read.one.Lock()
	defer c.read.one.Unlock()
	for !c.read.late() {
		told := c.read.told.Load() // before the stack is asked: what comes meanwhile tells more
		if told == c.read.empty {
			<-c.read.ready
			continue
		}
		c.into = b
		result, err := c.endpoint.Read(&c.into, tcpip.ReadOptions{})
		count := result.Count
		c.into = nil
		switch err.(type) {
		case nil:
			if count < len(b) && told == c.read.empty+1 {
				c.read.empty = told // that was all that was told of: no end of the stream
			}
			c.quiet.hear()
			c.moderate(count)
			return count, nil
		case *tcpip.ErrWouldBlock:
			c.read.empty = told
		case *tcpip.ErrClosedForReceive:
			return 0, io.EOF
		default:
			return 0, c.failure("read", errors.New(err.String()))
		}
	}
	return 0, c.failure("read", os.ErrDeadlineExceeded)
}

// moderate has the stack size its buffer by what is read.
func (c *conn) moderate(count int) {
	if c.took += count; c.took >= moderateBytes {
		c.endpoint.ModerateRecvBuf(c.took)
		c.took = 0
	}
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (written int, err error) {
	c.write.one.Lock()
	defer c.write.one.Unlock()
	defer c.from.Reset(nil)
	for !c.write.late() {
		c.from.Reset(b[written:])
		n, err := c.endpoint.Write(&c.from, tcpip.WriteOptions{})
		written += int(n)
		switch _, wait := err.(*tcpip.ErrWouldBlock); {
		case wait:
			<-c.write.ready
		case err != nil:
			return written, c.failure("write", errors.New(err.String()))
		case written == len(b):
			return written, nil
		}
	}
	return written, c.failure("write", os.ErrDeadlineExceeded)
}

func (c *conn) failure(what string, err error) error {
	return &net.OpError{Op: what, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(),
		Err: err}
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.read.limit(t)
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.write.limit(t)
	return nil
}

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	c.read.limit(t)
	c.write.limit(t)
	return nil
}

// Close implements net.Conn.
func (c *conn) Close() error {
	err := net.ErrClosed
	c.once.Do(func() {
		c.quiet.end()
		err = c.TCPConn.Close()
		c.node.loop.Lock()
		c.node.accepted--
		c.node.loop.Unlock()
	})
	return err
}
