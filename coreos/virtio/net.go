package virtio

import (
	"encoding/binary"
	"errors"
	"fmt"

	"skerry/coreos/net/card"
	"skerry/kernel"
)

// KindNet is what a driver calls a network card.
const KindNet = "virtio-net"

// Features of a card (5.1.3).
const (
	featureChecksum        = 1 << 0
	featureReceiveChecksum = 1 << 1
	featureMTU             = 1 << 3
	featureAddress         = 1 << 5
	featureReceiveTCP4     = 1 << 7
	featureReceiveTCP6     = 1 << 8
	featureTCP4            = 1 << 11
	featureTCP6            = 1 << 12
	featureMerge           = 1 << 15
	featureUDP             = 1 << 56
	featuresNet            = featureChecksum | featureReceiveChecksum | featureMTU |
		featureAddress | featureReceiveTCP4 | featureReceiveTCP6 | featureTCP4 | featureTCP6 |
		featureMerge | featureUDP
)

// Queues, and registers of the kind (5.1.2, 5.1.4).
const (
	queueReceive = 0
	queueSend    = 1

	configAddress = 0
	configMTU     = 10
)

// errClosed is what a card has that was closed.
var errClosed = errors.New("virtio: the card is closed")

// Net is a network card. It has one queue each way, and is for one goroutine at a time.
type Net struct {
	device        *device
	receive, send *queue
	address       [6]byte
	mtu           int
	offloads      card.Offloads
	err           error
	counts        Counts
	refused       bool // a frame was, since the last Arm: there was no room

	header [netHeaderBytes]byte // of the frame that is sent
	frame  []byte               // that arrived: a copy, which the device cannot change
}

var _ card.Card = (*Net)(nil)

// Counts is what a card has done.
type Counts struct {
	Sent, Received uint64
	Refused        uint64 // not sent: there was no room
	Unsendable     uint64 // not sent: too short, too long, or for an offload that there is not
	Malformed      uint64 // not handed over: too short, or its header makes no sense
}

// NewNet resets a card and starts it.
func NewNet(d *kernel.Device) (*Net, error) {
	v, err := open(d, featuresNet)
	if err != nil {
		return nil, err
	}
	n := &Net{device: v, frame: make([]byte, 0, frameMax+netHeaderBytes)}
	if err := n.configure(); err != nil {
		return nil, err
	}
	if n.receive, err = v.openQueue(queueReceive, netQueueMin, receiveBytes); err != nil {
		return nil, err
	}
	if n.send, err = v.openQueue(queueSend, netQueueMin, sendBytes); err != nil {
		return nil, err
	}
	n.offloads = n.agreed()
	n.send.disarm()
	v.ready()
	n.refill()
	return n, nil
}

// configure reads what the card is.
func (n *Net) configure() error {
	n.mtu = mtuDefault
	err := n.device.readConfig(func(r kernel.Registers, start int) {
		for i := range n.address {
			n.address[i] = r.Load8(start + configAddress + i)
		}
		if n.device.has(featureMTU) {
			n.mtu = int(r.Load16(start + configMTU))
		}
	})
	switch {
	case err != nil:
		return err
	case !n.device.has(featureAddress) || n.address[0]&1 != 0 || n.address == [6]byte{}:
		return fmt.Errorf("virtio: a card with address %x: want one that is a single card's",
			n.address)
	case n.mtu < mtuMin:
		return fmt.Errorf("virtio: a card with an MTU of %d: want %d at least", n.mtu, mtuMin)
	case !n.device.has(featureMerge) && netHeaderBytes+frameMin+n.mtu > receiveBytes:
		return fmt.Errorf("virtio: a card with an MTU of %d that fills one buffer a frame: want "+
			"frames of %d bytes at most", n.mtu, receiveBytes-netHeaderBytes)
	}
	return nil
}

// agreed returns the offloads that were agreed on. All rest on checksums.
func (n *Net) agreed() (offloads card.Offloads) {
	if !n.device.has(featureChecksum) {
		return 0
	}
	offloads = card.Checksums
	if n.device.has(featureTCP4) {
		offloads |= card.CutTCP4
	}
	if n.device.has(featureTCP6) {
		offloads |= card.CutTCP6
	}
	if n.device.has(featureUDP) {
		offloads |= card.CutUDP
	}
	return offloads
}

// refill offers all free buffers for frames to come.
func (n *Net) refill() {
	for n.receive.offerRoom(receiveBytes) {
	}
	n.receive.publish()
}

// Address implements card.Card.
func (n *Net) Address() [6]byte { return n.address }

// MTU implements card.Card.
func (n *Net) MTU() int { return n.mtu }

// Counts returns what the card has done so far.
func (n *Net) Counts() Counts { return n.counts }

// Offloads implements card.Card.
func (n *Net) Offloads() card.Offloads { return n.offloads }

// TrySend implements card.Card.
func (n *Net) TrySend(f card.Frame) bool {
	if n.err != nil {
		return false
	}
	if !n.sendable(&f) {
		n.counts.Unsendable++
		return true
	}
	n.reclaim()
	writeHeader(&n.header, &f)
	if n.err != nil || !n.send.offerBytes(n.header[:], f.Bytes) {
		n.Flush() // it makes room
		if n.counts.Refused%refusalsPerLook == 0 {
			n.checkReset()
		}
		n.counts.Refused++
		n.refused = true
		return false
	}
	n.counts.Sent++
	if n.send.next-n.send.told == untoldMax {
		n.Flush()
	}
	return true
}

// Flush implements card.Card.
func (n *Net) Flush() {
	if n.err == nil {
		n.send.publish()
	}
}

// sendable tells whether the card can send a frame.
func (n *Net) sendable(f *card.Frame) bool {
	size, longest := len(f.Bytes), frameMin+n.mtu
	var needs card.Offloads
	switch f.Segment {
	case card.None:
	case card.TCP4:
		needs = card.CutTCP4
	case card.TCP6:
		needs = card.CutTCP6
	case card.UDP:
		needs = card.CutUDP
	default:
		return false
	}
	if needs != 0 {
		longest = frameMax
		if !f.NeedsChecksum || f.SegmentBytes == 0 || int(f.HeaderBytes) >= size {
			return false
		}
	}
	if f.NeedsChecksum {
		needs |= card.Checksums
		if int(f.ChecksumStart)+int(f.ChecksumOffset)+2 > size {
			return false
		}
	}
	return size >= frameMin && size <= longest && needs&^n.offloads == 0
}

// reclaim takes back what was sent.
func (n *Net) reclaim() {
	for count, err := n.send.waiting(); count > 0 || err != nil; count-- {
		if err == nil {
			_, _, err = n.send.take()
		}
		if err != nil {
			n.fail(err)
			return
		}
	}
}

// Receive implements card.Card.
func (n *Net) Receive(limit int, take func(card.Frame)) int {
	if n.err != nil {
		return 0
	}
	waiting, err := n.receive.waiting()
	handed := 0
	for ; err == nil && waiting > 0 && handed < limit; handed++ {
		var header [netHeaderBytes]byte
		var used uint16
		if used, err = n.gather(&header, waiting); err != nil {
			break
		}
		waiting -= used
		f := card.Frame{Bytes: n.frame}
		if len(n.frame) < frameMin || !n.readHeader(&header, &f) {
			n.counts.Malformed++
			continue
		}
		n.counts.Received++
		take(f)
		if n.err != nil { // closed meanwhile
			return handed + 1
		}
	}
	if err != nil {
		n.fail(err)
		return handed
	}
	n.refill()
	return handed
}

// gather copies the next frame out of the buffers that it fills, and returns how many these are, of
// those that came back.
func (n *Net) gather(header *[netHeaderBytes]byte, waiting uint16) (used uint16, err error) {
	head, bytes, err := n.receive.take()
	if err != nil {
		return 0, err
	}
	if bytes < netHeaderBytes {
		return 0, fmt.Errorf("virtio: %d bytes received: want a header of %d", bytes,
			netHeaderBytes)
	}
	buffer := n.receive.buffer(head)
	copy(header[:], buffer)
	n.frame = append(n.frame[:0], buffer[netHeaderBytes:bytes]...)
	count := uint16(1)
	if n.device.has(featureMerge) {
		count = binary.LittleEndian.Uint16(header[headerBuffers:])
	}
	if count < 1 || count > waiting {
		return 0, fmt.Errorf("virtio: a frame in %d buffers, of %d: want 1 at least, and no more",
			count, waiting)
	}
	for used = 1; used < count; used++ {
		if head, bytes, err = n.receive.take(); err != nil {
			return 0, err
		}
		if len(n.frame)+bytes > frameMax {
			return 0, fmt.Errorf("virtio: a frame of over %d bytes: want no more", frameMax)
		}
		n.frame = append(n.frame, n.receive.buffer(head)[:bytes]...)
	}
	return used, nil
}

// Arm implements card.Card. A card that refused a frame interrupts, too, when half of what it was
// given has been sent.
func (n *Net) Arm() bool {
	if n.err != nil {
		return true
	}
	n.device.quiet()
	idle := n.receive.arm(0)
	if n.refused {
		n.refused = false
		idle = n.send.arm((n.send.told-n.send.seen)/2) && idle
	} else {
		n.send.disarm()
	}
	return idle
}

// checkReset fails if the card has given up.
func (n *Net) checkReset() {
	if n.err == nil && n.device.status()&statusWantReset != 0 {
		n.fail(errors.New("virtio: the card has failed, and wants a reset"))
	}
}

// fail stops a card that breaks the rules.
func (n *Net) fail(err error) {
	n.err = err
	n.device.setStatus(0)
}

// Err implements card.Card.
func (n *Net) Err() error { return n.err }

// Close implements card.Card.
func (n *Net) Close() {
	if n.err == nil {
		n.fail(errClosed)
	}
}
