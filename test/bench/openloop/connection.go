package openloop

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"
)

// connection is a connection to the server, with at most one request under way.
type connection struct {
	fd     int // -1: none
	number int // of the request
	busy   bool

	// buffer holds what is there of the answer's header; rest is how much of its body is still to
	// come, once the header is there.
	buffer [headerBytesMax]byte
	filled int
	inBody bool
	rest   int
}

// open connects.
func (c *connection) open(to netip.AddrPort) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("openloop: socket: %w", err)
	}
	err = unix.Connect(fd, &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())})
	err = errors.Join(err, unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.SetNonblock(fd, true))
	if err != nil {
		unix.Close(fd)
		return fmt.Errorf("openloop: connect to %v: %w", to, err)
	}
	c.fd, c.filled, c.inBody = fd, 0, false
	return nil
}

func (c *connection) close() {
	if c.fd >= 0 {
		unix.Close(c.fd)
	}
	c.fd = -1
}

// poll returns what to wait for.
func (c *connection) poll() unix.PollFd {
	if !c.busy {
		return unix.PollFd{Fd: -1}
	}
	return unix.PollFd{Fd: int32(c.fd), Events: unix.POLLIN}
}

// ask sends a request.
func (c *connection) ask(request []byte) error {
	c.busy = true
	n, err := unix.Write(c.fd, request)
	if err != nil || n != len(request) {
		return fmt.Errorf("openloop: sent %d of %d bytes, %w", n, len(request), err)
	}
	return nil
}

// answer reads what has come; done tells that it was all.
func (c *connection) answer() (done bool, err error) {
	for {
		n, err := unix.Read(c.fd, c.buffer[c.filled:])
		switch {
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
			return false, nil
		case err != nil:
			return false, err
		case n == 0:
			return false, io.ErrUnexpectedEOF
		}
		if done, err := c.take(n); done || err != nil {
			return done, err
		}
	}
}

// take takes n bytes in that are new in the buffer.
func (c *connection) take(n int) (done bool, err error) {
	if !c.inBody {
		c.filled += n
		end := bytes.Index(c.buffer[:c.filled], []byte("\r\n\r\n"))
		if end < 0 && c.filled == len(c.buffer) {
			return false, fmt.Errorf("openloop: a header of over %d bytes: want less", c.filled)
		}
		if end < 0 {
			return false, nil
		}
		if c.rest, err = bodyBytes(c.buffer[:end+2]); err != nil {
			return false, err
		}
		c.inBody, n = true, c.filled-end-4
	}
	c.filled = 0
	if c.rest -= n; c.rest < 0 {
		return false, fmt.Errorf("openloop: %d bytes behind an answer: want one at a time", -c.rest)
	}
	c.inBody = c.rest > 0
	return c.rest == 0, nil
}

// bodyBytes returns how long the body is that follows a header. Only a good answer will do.
func bodyBytes(header []byte) (int, error) {
	const good = "HTTP/1.1 200 "
	if !bytes.HasPrefix(header, []byte(good)) {
		return 0, fmt.Errorf("openloop: answer %.40q: want %s", header, good)
	}
	for rest := header; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			size, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 30)
			if err != nil {
				return 0, fmt.Errorf("openloop: %q: %w", line, err)
			}
			return int(size), nil
		}
	}
	return 0, fmt.Errorf("openloop: answer without Content-Length: %.200q", header)
}
