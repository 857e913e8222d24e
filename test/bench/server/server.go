// Package server starts the servers that are compared, on the CPUs that all of them get: a machine
// of Skerry, and the programs of others.
package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// startTimeMax is how long a server may take until it accepts connections.
	startTimeMax = 10 * time.Second

	// startPoll is how long to wait between two attempts.
	startPoll = 5 * time.Millisecond

	// linesMax is how many lines of its output a server keeps: the last ones.
	linesMax = 16
)

// Server is a server that runs. It accepts connections at its address, if it has one.
type Server struct {
	Address netip.AddrPort
	name    string
	output  *output
	process int          // 0: a machine
	ended   func() error // returns why the server ended, nil if it runs
	close   func() error
}

// Lines returns the last lines that the server has said.
func (s *Server) Lines() []string { return s.output.last() }

// Close ends the server.
func (s *Server) Close() error { return errors.Join(s.close(), s.output.close()) }

// Process returns the process of a program.
func (s *Server) Process() int { return s.process }

// With returns a server that ends together with another one.
func (s *Server) With(other *Server) *Server {
	both := *s
	both.close = func() error { return errors.Join(other.Close(), s.close()) }
	return &both
}

// ready waits until the server accepts connections. If it does not, it is closed.
func (s *Server) ready() (*Server, error) {
	end := time.Now().Add(startTimeMax)
	for {
		c, err := net.DialTimeout("tcp", s.Address.String(), time.Second)
		if err == nil {
			c.Close()
			return s, nil
		}
		if ended := s.ended(); ended != nil || time.Now().After(end) {
			return nil, errors.Join(fmt.Errorf("server: %s at %v: %w: want a connection; ended: "+
				"%v; it said %q", s.name, s.Address, err, ended, s.Lines()), s.Close())
		}
		time.Sleep(startPoll)
	}
}

// FreeAddress returns an address of this host's loopback interface where nobody listened a moment
// ago.
func FreeAddress() (netip.AddrPort, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("server: find a free port: %w", err)
	}
	defer l.Close()
	return netip.ParseAddrPort(l.Addr().String())
}

// Start starts a program that serves at an address, on CPUs of the host.
func Start(name string, address netip.AddrPort, cpus []int, c *exec.Cmd) (*Server, error) {
	s, err := Launch(name, cpus, c)
	if err != nil {
		return nil, err
	}
	s.Address = address
	return s.ready()
}

// Launch starts a program on CPUs of the host.
func Launch(name string, cpus []int, c *exec.Cmd) (*Server, error) {
	out, err := newOutput()
	if err != nil {
		return nil, err
	}
	c.Stdout, c.Stderr = out.write, out.write
	p := &process{command: c, done: make(chan struct{})}
	if err := p.start(cpus); err != nil {
		return nil, errors.Join(fmt.Errorf("server: start %s: %w", name, err), out.close())
	}
	return &Server{name: name, output: out, process: c.Process.Pid, ended: p.ended,
		close: p.close}, nil
}

// output keeps the last lines of what is written to its pipe.
type output struct {
	write *os.File
	done  chan struct{}
	mu    sync.Mutex
	lines []string
}

func newOutput() (*output, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("server: pipe: %w", err)
	}
	o := &output{write: write, done: make(chan struct{})}
	go o.read(read)
	return o, nil
}

func (o *output) read(from *os.File) {
	defer close(o.done)
	defer from.Close()
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		o.mu.Lock()
		o.lines = append(o.lines[max(0, len(o.lines)-linesMax+1):], strings.Clone(lines.Text()))
		o.mu.Unlock()
	}
	io.Copy(io.Discard, from) // a line too long for a Scanner must not stop the server
}

func (o *output) last() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.lines...)
}

// close waits for the end of the output: all that write to it have ended.
func (o *output) close() error {
	err := o.write.Close()
	<-o.done
	return err
}

// process is a child process.
type process struct {
	command *exec.Cmd
	done    chan struct{}
	err     error // once done
}

// start starts the process from a thread of its own, which lasts as long: the process ends with the
// thread that started it.
func (p *process) start(cpus []int) error {
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	started := make(chan error)
	go func() {
		err := On(cpus, p.command.Start)
		started <- err
		if err == nil {
			p.err = p.command.Wait()
			close(p.done)
		}
	}()
	return <-started
}

func (p *process) ended() error {
	select {
	case <-p.done:
		return fmt.Errorf("server: the process has ended: %w", p.err)
	default:
		return nil
	}
}

// close kills the process with all that it has started.
func (p *process) close() error {
	err := syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL)
	<-p.done
	if errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("server: the process had ended before: %w", p.err)
	}
	return err
}
