package worker

import (
	"bytes"
	"fmt"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/link/sharedmem/pipe"

	"skerry/kernel"
	"skerry/msgpass"
)

// end is what the subjects of one side use.
type end struct {
	side    int // 0: side A, 1: side B
	channel *msgpass.Channel
	ringOut []byte // memory for rings of this side's, that no channel uses
	ringIn  []byte // and for the other side's
	private []byte // a bulk buffer that is not shared
	files   *shared
	chans   *chans // nil in mode Processes

	pipeOut pipe.Tx // gVisor's
	pipeIn  pipe.Rx

	fanout  *fanout  // made when first used
	stubbed *stubbed // likewise

	own time.Duration // set by a side A that does its own timing
}

// Offsets in the bare memory: a ring of at most 4096 slots each way, staggered, and a pipe each
// way.
const (
	bareRing0 = 0
	bareRing1 = 512<<10 + 17*msgpass.LineBytes
	barePipe0 = 1 << 20
	barePipe1 = 1<<20 + 512<<10

	// pipeBytes is as much memory as a ring of 1024 lines has.
	pipeBytes = 64 << 10

	bulkBytes = 64 << 10
)

// openEnd opens one side and returns when it is connected to the other.
func openEnd(side int, memory []byte, files *shared, chans *chans) (*end, error) {
	window, bare := memory[:kernel.WindowBytes], memory[kernel.WindowBytes:]
	channel, err := msgpass.Open(newCore(kernel.CoreID(side), window), kernel.CoreID(1-side))
	if err != nil {
		return nil, err
	}
	e := &end{side: side, channel: channel, files: files, chans: chans,
		private: bytes.Repeat([]byte{1}, bulkBytes)}
	offsets := [2]int{bareRing0, bareRing1}
	e.ringOut, e.ringIn = bare[offsets[side]:], bare[offsets[1-side]:]
	offsets = [2]int{barePipe0, barePipe1}
	e.pipeOut.Init(bare[offsets[side] : offsets[side]+pipeBytes])
	e.pipeIn.Init(bare[offsets[1-side] : offsets[1-side]+pipeBytes])
	if err := connect(channel); err != nil {
		return nil, err
	}
	return e, channel.Pool.Cut(bulkBytes)
}

func connect(c *msgpass.Channel) error {
	for start := time.Now(); !c.Up(); time.Sleep(time.Millisecond) {
		if _, err := c.Connect(); err != nil {
			return err
		}
		if time.Since(start) > sampleTimeMax {
			return fmt.Errorf("worker: no connection to the other side in %v: want one",
				sampleTimeMax)
		}
	}
	return nil
}

// rings returns a fresh ring each way in the memory for rings. Whatever ran there before has left
// every header zero.
func (e *end) rings(slots int) (*msgpass.Sender, *msgpass.Receiver, error) {
	sender, err := msgpass.NewSender(e.ringOut[:slots*msgpass.LineBytes], 0)
	if err != nil {
		return nil, nil, err
	}
	receiver, err := msgpass.NewReceiver(e.ringIn[:slots*msgpass.LineBytes], 0)
	return sender, receiver, err
}

// meetA returns when both sides are here, and lets side B go first by one line's transfer.
func (e *end) meetA() {
	send(&e.channel.Out, 0)
	receive(&e.channel.In)
}

func (e *end) meetB() {
	receive(&e.channel.In)
	send(&e.channel.Out, 0)
}
