package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"skerry/coreos/net/card"
	"skerry/coreos/virtio"
	"skerry/kernel"
)

// Addresses on QEMU's network.
var (
	mine    = []byte{10, 0, 2, 15}
	gateway = []byte{10, 0, 2, 2}
)

// Offsets in frames: RFC 826, 791 and 792.
const (
	arpOperation = 20
	arpSender    = 22
	arpFrom      = 28
	arpTo        = 38
	arpBytes     = 42
	ipSum        = 24
	ipFrom       = 26
	ipTo         = 30
	icmp         = 34
	icmpSum      = 36
	icmpPayload  = 42
)

// station is this core on the network.
type station struct {
	core  kernel.Core
	card  *virtio.Net
	peer  [6]byte // the gateway's card
	woken int     // by interrupts
}

// frame returns an Ethernet frame with room for so many bytes in all.
func (s *station) frame(to [6]byte, kind uint16, size int) []byte {
	f := make([]byte, size)
	copy(f, to[:])
	address := s.card.Address()
	copy(f[6:], address[:])
	binary.BigEndian.PutUint16(f[12:], kind)
	return f
}

// await receives until a frame is an answer, and sleeps meanwhile.
func (s *station) await(isAnswer func(f []byte) bool) error {
	end := s.core.Now().Add(patience(s.core))
	for found := false; ; {
		for s.card.Receive(16, func(f card.Frame) { found = found || isAnswer(f.Bytes) }) > 0 {
		}
		switch {
		case s.card.Err() != nil:
			return s.card.Err()
		case found:
			return nil
		case s.core.Now() > end:
			return fmt.Errorf("no answer in %v: %+v", patience(s.core), s.card.Counts())
		case s.card.Arm():
			s.core.Wait(s.core.Now().Add(lookAgain))
		}
	}
}

// resolve asks for the gateway's address by ARP.
func (s *station) resolve() error {
	f := s.frame([6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 0x0806, arpBytes)
	copy(f[14:], []byte{0, 1, 8, 0, 6, 4, 0, 1})
	copy(f[arpSender:], f[6:12])
	copy(f[arpFrom:], mine)
	copy(f[arpTo:], gateway)
	if !s.card.TrySend(card.Frame{Bytes: f}) {
		return errors.New("no room for the first frame: want some")
	}
	s.card.Flush()
	return s.await(func(f []byte) bool {
		ok := len(f) >= arpBytes && f[12] == 8 && f[13] == 6 && f[arpOperation+1] == 2 &&
			bytes.Equal(f[arpFrom:][:4], gateway)
		if ok {
			copy(s.peer[:], f[arpSender:])
		}
		return ok
	})
}

// echo returns a request for an echo, or its answer, with a payload that depends on its number.
func (s *station) echo(number int) []byte {
	f := s.frame(s.peer, 0x0800, icmpPayload+8+number*40)
	ip := f[14:]
	ip[0], ip[8], ip[9] = 0x45, 64, 1
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	copy(f[ipFrom:], mine)
	copy(f[ipTo:], gateway)
	binary.BigEndian.PutUint16(f[ipSum:], sum(f[14:icmp]))
	f[icmp] = 8
	binary.BigEndian.PutUint16(f[icmp+6:], uint16(number))
	for i := range f[icmpPayload:] {
		f[icmpPayload+i] = byte(i*7 + number)
	}
	binary.BigEndian.PutUint16(f[icmpSum:], sum(f[icmp:]))
	return f
}

// ask sends a request.
func (s *station) ask(number int) bool {
	defer s.card.Flush()
	return s.card.TrySend(card.Frame{Bytes: s.echo(number)})
}

// exchange sends a request and awaits its answer, whole. The gateway is fast: so that the answer
// wakes this core, it asks for an interrupt first.
func (s *station) exchange(number int) error {
	armed := s.card.Arm()
	if !s.ask(number) {
		return fmt.Errorf("no room for request %d: want some", number)
	}
	if end := s.core.Now().Add(patience(s.core)); armed && s.core.Wait(end) {
		s.woken++
	} else if s.core.Now() > end {
		return fmt.Errorf("no interrupt in %v", patience(s.core))
	}
	want := s.echo(number)
	return s.await(func(f []byte) bool {
		return len(f) == len(want) && f[icmp] == 0 &&
			bytes.Equal(f[icmp+4:], want[icmp+4:]) && bytes.Equal(f[ipFrom:][:4], gateway)
	})
}

// sum is the Internet checksum: RFC 1071.
func sum(b []byte) uint16 {
	var total uint32
	for i := 0; i+1 < len(b); i += 2 {
		total += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	if len(b)%2 == 1 {
		total += uint32(b[len(b)-1]) << 8
	}
	total = total>>16 + total&0xffff
	return ^uint16(total + total>>16)
}
