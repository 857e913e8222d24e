package server

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"skerry/kernel"
	"skerry/kernel/hosted"
	"skerry/kernel/hosted/steer"
)

// Machine describes a hosted machine, whose cores this program launches.
type Machine struct {
	Instance string   // the program of the cores
	Apps     []string // what each core runs, in words with spaces between
	Port     uint16   // that the apps serve, TCP; 0: none
	CPUs     []int
	NoPin    bool     // see hosted.Config
	Janitor  []string // see hosted.Config
}

// Start starts the machine; the host has its port at a free one.
func (m Machine) Start() (*Server, *hosted.Machine, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, nil, err
	}
	out, err := newOutput()
	if err != nil {
		return nil, nil, err
	}
	machine, err := m.launch(address, out.write)
	if err != nil {
		return nil, nil, errors.Join(err, out.close())
	}
	s := &Server{Address: address, name: fmt.Sprint("machine of ", m.Apps), output: out,
		ended: func() error { return nil },
		close: func() error { machine.Close(); return nil }}
	if m.Port == 0 {
		return s, machine, nil
	}
	s, err = s.ready()
	return s, machine, err
}

// launch starts all cores.
func (m Machine) launch(address netip.AddrPort, out *os.File) (*hosted.Machine, error) {
	config := hosted.Config{
		Cores: len(m.Apps), Instance: m.Instance, NoPin: m.NoPin, Janitor: m.Janitor, Output: out,
		Steer:  steer.New,
		ArgsOf: func(core int) []string { return strings.Fields(m.Apps[core]) },
	}
	if m.Port != 0 {
		config.Ports = []hosted.Port{{Network: "tcp", Port: m.Port, Host: address.Port()}}
	}
	type result struct {
		machine *hosted.Machine
		err     error
	}
	made := make(chan result)
	go func() {
		var r result
		r.err = On(m.CPUs, func() (err error) {
			r.machine, err = hosted.New(config)
			return err
		})
		made <- r
	}()
	r := <-made
	if r.err != nil {
		return nil, r.err
	}
	for core := range m.Apps {
		if err := r.machine.Start(kernel.CoreID(core)); err != nil {
			r.machine.Close()
			return nil, err
		}
	}
	return r.machine, nil
}
