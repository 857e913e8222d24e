// Package echo sends back what it gets (RFC 862), over TCP and UDP, on every core that runs it.
package echo

import (
	"errors"
	"fmt"
	"net"
	"time"

	"skerry/coreos"
	skerrynet "skerry/coreos/net"
)

// App returns the app. Its argument -port is what it serves instead of 7.
func App() coreos.App {
	return coreos.App{Name: "echo", Run: run}
}

func run(s *coreos.OS) error {
	port, err := skerrynet.Port(s.Args(), 7)
	if err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	n, err := skerrynet.Of(s)
	if err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	return serve(n, fmt.Sprintf(":%d", port))
}

// network is what echo needs of one.
type network interface {
	Listen(network, address string) (net.Listener, error)
	ListenPacket(network, address string) (net.PacketConn, error)
}

// serve returns when it can serve no more.
func serve(n network, address string) error {
	streams, err := n.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	defer streams.Close()
	packets, err := n.ListenPacket("udp", address)
	if err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	defer packets.Close()
	failed := make(chan error, 2)
	go func() { failed <- serveStreams(streams) }()
	go func() { failed <- servePackets(packets) }()
	return <-failed
}

// serveStreams answers so many connections at once; others wait for one of them to end.
func serveStreams(l net.Listener) error {
	seats := make(chan struct{}, connectionsMax)
	for {
		seats <- struct{}{}
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("echo: %w", err)
		}
		go func() {
			if err != nil {
				time.Sleep(pause)
			} else {
				answer(c)
			}
			<-seats
		}()
	}
}

// answer sends back what comes on a connection until its end, or until nothing moves on it.
func answer(c net.Conn) {
	defer c.Close()
	buffer := make([]byte, streamBytes)
	for {
		c.SetDeadline(time.Now().Add(patience))
		n, err := c.Read(buffer)
		if n > 0 {
			if _, err := c.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// servePackets answers packets. One that cannot be answered is lost, as packets may be.
func servePackets(c net.PacketConn) error {
	buffer := make([]byte, packetBytesMax)
	for {
		n, from, err := c.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("echo: %w", err)
		}
		if err != nil {
			time.Sleep(pause)
			continue
		}
		c.WriteTo(buffer[:n], from)
	}
}
