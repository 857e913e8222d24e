// Package loopback sends UDP packets from one core to another of the same machine as fast as it
// can, as the multikernel paper does (SOSP 2009, 5.4): by the machine's own network, a stack on
// each core, or by the loopback interface of Linux, with the same code.
package loopback

import (
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"skerry/coreos"
	skerrynet "skerry/coreos/net"
)

const (
	// PacketBytes is what each packet carries, as in the paper.
	PacketBytes = 1000

	// reportTime is how often the sink tells what has come.
	reportTime = 250 * time.Millisecond

	// pause is how long the source waits when nobody takes its packets.
	pause = time.Millisecond

	// port is where the sink is, on every machine of ours.
	port = 9
)

// Apps are the two ends, for cores of a machine.
func Apps() []coreos.App {
	at := fmt.Sprintf("127.0.0.1:%d", port)
	app := func(name string, run func(network, string) error) coreos.App {
		return coreos.App{Name: name, Run: func(s *coreos.OS) error {
			n, err := skerrynet.Inner(s)
			if err != nil {
				return err
			}
			return run(n, at)
		}}
	}
	return []coreos.App{app("source", source), app("sink", sink)}
}

// Main is one of the ends, as a process of Linux's: args are "source" or "sink", and an address.
func Main(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("loopback: arguments %q: want source or sink, and an address", args)
	}
	switch args[0] {
	case "source":
		return source(linux{}, args[1])
	case "sink":
		return sink(linux{}, args[1])
	}
	return fmt.Errorf("loopback: end %q: want source or sink", args[0])
}

// network is what the ends need of one.
type network interface {
	Dial(network, address string) (net.Conn, error)
	ListenPacket(network, address string) (net.PacketConn, error)
}

// linux is the network of the standard library.
type linux struct{}

func (linux) Dial(network, address string) (net.Conn, error) { return net.Dial(network, address) }

func (linux) ListenPacket(network, address string) (net.PacketConn, error) {
	return net.ListenPacket(network, address)
}

// source sends for ever. A packet that the network refuses is lost, as packets may be.
func source(n network, to string) error {
	c, err := n.Dial("udp", to)
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	packet := make([]byte, PacketBytes)
	for {
		if _, err := c.Write(packet); err != nil {
			time.Sleep(pause)
		}
	}
}

// sink counts what comes.
func sink(n network, at string) error {
	c, err := n.ListenPacket("udp", at)
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	return count(c, os.Stdout)
}

const reportFormat = "sink: %d packets in %d ns\n"

// count reports, each reportTime, the packets of the right length that came.
func count(c net.PacketConn, out io.Writer) error {
	buffer := make([]byte, 2*PacketBytes)
	packets, last := 0, time.Now()
	for {
		n, _, err := c.ReadFrom(buffer)
		if err != nil {
			return fmt.Errorf("loopback: %w", err)
		}
		if n == PacketBytes {
			packets++
		}
		if since := time.Since(last); since >= reportTime {
			if _, err := fmt.Fprintf(out, reportFormat, packets, since.Nanoseconds()); err != nil {
				return fmt.Errorf("loopback: %w", err)
			}
			packets, last = 0, time.Now()
		}
	}
}

// Parse returns what a line of a sink tells; false if it is another line.
func Parse(line string) (packets int, in time.Duration, ok bool) {
	n, _ := fmt.Sscanf(line, reportFormat, &packets, &in)
	return packets, in, n == 2 && in > 0
}
