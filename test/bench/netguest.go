package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"skerry/test/bench/clients"
	"skerry/test/bench/closedloop"
	"skerry/test/bench/harness"
	"skerry/test/bench/server"
	"skerry/tools/backlog"
	"skerry/tools/cpudriver"
)

// The guests: virtual machines of two cores that QEMU emulates, with QEMU's own network.
const (
	guestOurs  = "Skerry, bare"
	guestLinux = "one Go process on Linux"

	guestCores       = 2
	guestMemory      = 512 << 20
	guestConnections = 16

	// guestTimeMax is how long a guest may take until it answers.
	guestTimeMax = 30 * time.Second
)

// guestMachine describes ours for an app: both cores run it, and may drive the card.
const guestMachine = `cores = %d
memory = "128MiB"
[[app]]
name = %q
ports = ["%d/tcp"]
[[device]]
kind = "virtio-net"
cores = "0-%d"
`

// guestService is what a guest serves, by an app and by a rival.
type guestService struct {
	kase   string
	app    string
	rival  string
	port   uint16
	answer closedloop.Protocol // tells that it serves
	rate   func(*server.Server) (float64, error)
}

func guestServices() []guestService {
	writes := func(pipeline, requests int) guestService {
		load := clients.Redis{Test: "set", Pipeline: pipeline, Requests: requests, Keys: kvKeys}
		return guestService{fmt.Sprintf("set, -P %d, in QEMU, TCG, %d cores", pipeline, guestCores),
			"kv", gokv, kvPort, closedloop.Writes(1), func(s *server.Server) (float64, error) {
				load.Address = s.Address
				return load.Run()
			}}
	}
	pages := func(s *server.Server) (float64, error) {
		r, err := clients.Wrk{URL: fmt.Sprintf("http://%v/", s.Address),
			Connections: guestConnections, Time: pageTime}.Run()
		if err == nil && r.Failed > 0 {
			err = fmt.Errorf("bench: %d requests failed: want none", r.Failed)
		}
		return r.Rate, err
	}
	return []guestService{
		{fmt.Sprintf("static page, in QEMU, TCG, %d cores", guestCores), "httpd", gohttp, httpdPort,
			closedloop.Pages("/"), pages},
		writes(1, 8_000),
		writes(16, 60_000),
	}
}

func (n *nets) guest() (subjects []harness.Subject, bars []harness.Bar, err error) {
	if err := n.buildSkerry(); err != nil {
		return nil, nil, err
	}
	for _, service := range guestServices() {
		linux, err := n.linuxGuest(service)
		if err != nil {
			return nil, nil, err
		}
		others := map[string]starter{guestLinux: linux}
		own := []contender{{guestOurs, n.skerryGuest(service)}}
		subjects = append(subjects, rateSubjects(service.kase, own, others, warm(service.rate))...)
		bars = append(bars, harness.Bar{Name: "Skerry / Linux, " + service.kase, AtLeast: true,
			Over:   harness.Ref{Case: service.kase, Subject: guestOurs},
			Under:  harness.Ref{Case: service.kase, Subject: guestLinux},
			Bounds: map[harness.Class]float64{harness.One: 1}})
	}
	return subjects, bars, nil
}

// warm has a guest serve a load twice, and returns the second rate: the emulator translates code
// when that is first executed, and learns how large its TLBs are to be.
func warm(rate func(*server.Server) (float64, error)) func(*server.Server) (float64, error) {
	return func(s *server.Server) (float64, error) {
		if _, err := rate(s); err != nil {
			return 0, err
		}
		return rate(s)
	}
}

// buildSkerry builds the command, with what it looks for beside itself.
func (n *nets) buildSkerry() error {
	return errors.Join(
		buildStatic("skerry/cmd/skerry", filepath.Join(n.folder, "skerry")),
		buildStatic("skerry/cmd/instance", filepath.Join(n.folder, "instance")),
		cpudriver.Driver.Build(filepath.Join(n.folder, "driver")),
		cpudriver.LibOS.Build(filepath.Join(n.folder, "libos")))
}

// skerryGuest returns how to start our guest.
func (n *nets) skerryGuest(g guestService) starter {
	return n.guestAt(g, guestOurs, func(address string) (*exec.Cmd, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		file := filepath.Join(n.folder, g.app+".toml")
		text := fmt.Sprintf(guestMachine, guestCores, g.app, g.port, guestCores-1)
		return exec.Command(filepath.Join(n.folder, "skerry"), "run", "--on", "bare", "--accel",
				"tcg", "--machine", file, "--publish", fmt.Sprintf("%s:%d/tcp", port, g.port)),
			os.WriteFile(file, []byte(text), 0o644)
	})
}

// linuxGuest returns how to start a guest with Linux and one process.
func (n *nets) linuxGuest(g guestService) (starter, error) {
	program, err := n.build(g.rival)
	if err != nil {
		return nil, err
	}
	l, err := findLinux(&guest{folder: n.folder, program: program})
	if err != nil {
		return nil, err
	}
	drivers, err := modules()
	if err != nil {
		return nil, err
	}
	init, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	archive := program + ".cpio"
	if err := os.WriteFile(archive, initramfs(init, drivers), 0o644); err != nil {
		return nil, err
	}
	start := n.guestAt(g, guestLinux, func(address string) (*exec.Cmd, error) {
		v := &virtual{folder: n.folder, kernel: l.vmlinux, cores: guestCores,
			memoryBytes: guestMemory, accel: "tcg", extra: []string{"-initrd", archive, "-append",
				fmt.Sprintf("console=ttyS0 quiet %s -- :%d", l.clock, g.port),
				"-netdev", fmt.Sprintf("user,id=net0,hostfwd=tcp:%s-:%d", address, g.port),
				"-global", "virtio-mmio.force-legacy=false",
				"-device", "virtio-net-device,netdev=net0"}}
		return v.command(context.Background()), nil
	})
	return func() (*server.Server, error) {
		s, err := start()
		if err == nil {
			backlog.Raise(s.Process(), 1) // as skerry does
		}
		return s, err
	}, nil
}

// guestAt returns how to start a guest at a free address, and to wait until it serves.
func (n *nets) guestAt(g guestService, name string,
	command func(address string) (*exec.Cmd, error)) starter {
	return func() (*server.Server, error) {
		address, err := server.FreeAddress()
		if err != nil {
			return nil, err
		}
		c, err := command(address.String())
		if err != nil {
			return nil, err
		}
		s, err := server.Start(name, address, n.cpus, c)
		if err != nil {
			return nil, err
		}
		if err := awaitAnswer(s, g.answer); err != nil {
			return nil, errors.Join(err, s.Close())
		}
		return s, nil
	}
}

// awaitAnswer waits until a guest answers: QEMU takes connections in its place before.
func awaitAnswer(s *server.Server, p closedloop.Protocol) error {
	for end := time.Now().Add(guestTimeMax); ; time.Sleep(20 * time.Millisecond) {
		err := answerOnce(s.Address.String(), p)
		if err == nil {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("bench: a guest after %v: %w: want an answer; it said %q",
				guestTimeMax, err, s.Lines())
		}
	}
}

func answerOnce(address string, p closedloop.Protocol) error {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := c.Write(p.Request(0)); err != nil {
		return err
	}
	return p.Answer(bufio.NewReader(c))
}
