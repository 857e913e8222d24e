package worker

import (
	"encoding/binary"
	"errors"
	"os"

	"skerry/msgpass"
)

// What others use to carry 64 bytes from one core to another.

// gvisorSend streams through gVisor's link/sharedmem/pipe; each message is flushed, as each of ours
// is published.
func gvisorSend(e *end, count int) error {
	for v := range count {
		gvisorPush(e, uint64(v))
	}
	return nil
}

func gvisorPush(e *end, v uint64) {
	b := e.pipeOut.Push(msgpass.LineBytes)
	for b == nil {
		msgpass.Pause()
		b = e.pipeOut.Push(msgpass.LineBytes)
	}
	for i := range msgpass.PayloadWords {
		binary.LittleEndian.PutUint64(b[8*i:], v+uint64(i))
	}
	e.pipeOut.Flush()
}

func gvisorReceive(e *end, count int) error {
	total := uint64(0)
	for range count {
		total += gvisorPull(e)
	}
	return check(total, count)
}

func gvisorPull(e *end) uint64 {
	b := e.pipeIn.Pull()
	for b == nil {
		msgpass.Pause()
		b = e.pipeIn.Pull()
	}
	total := uint64(0)
	for i := range msgpass.PayloadWords {
		total += binary.LittleEndian.Uint64(b[8*i:])
	}
	e.pipeIn.Flush()
	return total
}

func gvisorPing(e *end, count int) error {
	total := uint64(0)
	for v := range count {
		gvisorPush(e, uint64(v))
		total += gvisorPull(e)
	}
	return check(total, count)
}

func gvisorPong(e *end, count int) error {
	total := uint64(0)
	for v := range count {
		total += gvisorPull(e)
		gvisorPush(e, uint64(v))
	}
	return check(total, count)
}

// chans are Go channels between two threads, buffered like a small ring.
type chans struct{ ab, ba chan msgpass.Line }

func makeChans() *chans {
	return &chans{make(chan msgpass.Line, slotsSmall), make(chan msgpass.Line, slotsSmall)}
}

var errNoChans = errors.New("worker: two processes have no Go channel between them: " +
	"want mode threads")

func chanPing(e *end, count int) error {
	if e.chans == nil {
		return errNoChans
	}
	for v := range count {
		e.chans.ab <- msgpass.Line{uint64(v)}
		<-e.chans.ba
	}
	return nil
}

func chanPong(e *end, count int) error {
	if e.chans == nil {
		return errNoChans
	}
	for range count {
		e.chans.ba <- <-e.chans.ab
	}
	return nil
}

func chanSend(e *end, count int) error {
	if e.chans == nil {
		return errNoChans
	}
	for v := range count {
		e.chans.ab <- msgpass.Line{uint64(v)}
	}
	return nil
}

func chanReceive(e *end, count int) error {
	if e.chans == nil {
		return errNoChans
	}
	for range count {
		<-e.chans.ab
	}
	return nil
}

// Pipes and sockets, as a Go program uses them: through the netpoller.
func pipePing(e *end, count int) error {
	return filePing(e.files.pipeAB[1], e.files.pipeBA[0], count)
}

func pipePong(e *end, count int) error {
	return filePong(e.files.pipeAB[0], e.files.pipeBA[1], count)
}

func socketPing(e *end, count int) error {
	return filePing(e.files.socket[0], e.files.socket[0], count)
}

func socketPong(e *end, count int) error {
	return filePong(e.files.socket[1], e.files.socket[1], count)
}

func filePing(out, in *os.File, count int) error {
	message := make([]byte, msgpass.LineBytes)
	for range count {
		if _, err := out.Write(message); err != nil {
			return err
		}
		if _, err := in.Read(message); err != nil {
			return err
		}
	}
	return nil
}

func filePong(in, out *os.File, count int) error {
	message := make([]byte, msgpass.LineBytes)
	for range count {
		if _, err := in.Read(message); err != nil {
			return err
		}
		if _, err := out.Write(message); err != nil {
			return err
		}
	}
	return nil
}
