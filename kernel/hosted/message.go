package hosted

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"skerry/kernel"
)

// verb tells what a control message wants.
type verb string

const (
	verbStart  verb = "start"  // core to launcher: start Core
	verbStop   verb = "stop"   // core to launcher: stop Core
	verbAnswer verb = "answer" // launcher to core: the outcome of its oldest open request
	verbDeath  verb = "death"  // launcher to core: Notice
)

// message is one packet on the control socket, as JSON.
type message struct {
	Verb    verb
	Core    kernel.CoreID `json:",omitzero"`
	Refusal refusal       `json:",omitzero"` // of an answer
	Text    string        `json:",omitzero"` // of an answer that is an error
	Notice  kernel.Notice `json:",omitzero"`
}

// refusal is an error of the contract as a number.
type refusal int

const (
	noRefusal refusal = iota
	otherRefusal
	refusedNoCore
	refusedRunning
	refusedNotRunning
)

var refusals = [...]error{
	refusedNoCore:     kernel.ErrNoCore,
	refusedRunning:    kernel.ErrRunning,
	refusedNotRunning: kernel.ErrNotRunning,
}

// answer returns the message that carries err, which may be nil.
func answer(err error) message {
	m := message{Verb: verbAnswer}
	if err == nil {
		return m
	}
	m.Refusal = otherRefusal
	for i, sentinel := range refusals {
		if sentinel != nil && errors.Is(err, sentinel) {
			m.Refusal = refusal(i)
		}
	}
	m.Text = err.Error()
	m.Text = m.Text[:min(len(m.Text), errorBytesMax)]
	return m
}

// err returns the error that an answer carries.
func (m *message) err() error {
	switch {
	case m.Refusal == noRefusal:
		return nil
	case m.Refusal > otherRefusal && int(m.Refusal) < len(refusals):
		return refusals[m.Refusal]
	default:
		return errors.New(m.Text)
	}
}

// wire is an end of a control socket. Several may send at once; one receives.
type wire struct {
	file *os.File
	text [messageBytesMax]byte
}

// newWire takes over fd, which does not block.
func newWire(fd int) *wire { return &wire{file: os.NewFile(uintptr(fd), "control")} }

func (w *wire) send(m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = w.file.Write(text)
	return err
}

// receive blocks until the next message, and returns io.EOF when the other end is gone.
func (w *wire) receive() (m message, err error) {
	size, err := w.file.Read(w.text[:])
	if err != nil {
		return m, err
	}
	if size == 0 {
		return m, io.EOF
	}
	if err := json.Unmarshal(w.text[:size], &m); err != nil {
		return m, fmt.Errorf("hosted: control message %q: %w", w.text[:size], err)
	}
	return m, nil
}
