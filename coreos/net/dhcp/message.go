package dhcp

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"net/netip"
	"time"
)

// Kinds of messages (RFC 2132, section 9.6).
const (
	discover = 1
	offer    = 2
	request  = 3
	ack      = 5
	nak      = 6
)

// Options (RFC 2132).
const (
	optionPad    = 0
	optionMask   = 1
	optionRouter = 3
	optionNames  = 6
	optionWish   = 50
	optionLease  = 51
	optionKind   = 53
	optionServer = 54
	optionWants  = 55
	optionEnd    = 255
)

// NamesMax bounds the servers of names that are taken from a message.
const NamesMax = 2

// Layout of a message (RFC 2131, section 2), and the values that never change.
const (
	fixedBytes = 236
	cookie     = 0x63825363
	minBytes   = 300 // of BOOTP, which some servers want

	bootRequest, bootReply = 1, 2
	ethernet               = 1
	broadcast              = 0x8000 // the flag: answer to all
)

// ErrMalformed is the refusal of bytes that are no message.
var ErrMalformed = errors.New("dhcp: malformed message")

// Message is a message, as far as a client needs it. Addresses that are not there are not valid.
type Message struct {
	Request bool // by a client
	Kind    uint8
	ID      uint32
	Seconds uint16
	Client  netip.Addr // that the client has
	Yours   netip.Addr // that the server grants
	MAC     [6]byte

	Wish   netip.Addr
	Server netip.Addr
	Mask   int // bits
	Router netip.Addr
	Names  [NamesMax]netip.Addr // servers of names
	Lease  time.Duration
}

// Append appends the message.
func (m *Message) Append(b []byte) []byte {
	start := len(b)
	b = append(b, make([]byte, fixedBytes)...)
	own := b[start:]
	own[0], own[1], own[2] = bootReply, ethernet, byte(len(m.MAC))
	if m.Request {
		own[0] = bootRequest
	}
	binary.BigEndian.PutUint32(own[4:], m.ID)
	binary.BigEndian.PutUint16(own[8:], m.Seconds)
	binary.BigEndian.PutUint16(own[10:], broadcast)
	putAddr(own[12:], m.Client)
	putAddr(own[16:], m.Yours)
	copy(own[28:], m.MAC[:])
	b = binary.BigEndian.AppendUint32(b, cookie)
	b = append(b, optionKind, 1, m.Kind)
	b = appendAddr(b, optionWish, m.Wish)
	b = appendAddr(b, optionServer, m.Server)
	b = appendAddr(b, optionRouter, m.Router)
	if m.Mask > 0 {
		b = append(b, optionMask, 4)
		b = binary.BigEndian.AppendUint32(b, ^uint32(0)<<(32-m.Mask))
	}
	if m.Names[0].Is4() {
		b = appendNames(b, m.Names)
	}
	if m.Lease > 0 {
		b = append(b, optionLease, 4)
		b = binary.BigEndian.AppendUint32(b, uint32(m.Lease/time.Second))
	}
	if m.Request {
		b = append(b, optionWants, 4, optionMask, optionRouter, optionNames, optionLease)
	}
	b = append(b, optionEnd)
	if short := minBytes - (len(b) - start); short > 0 {
		b = append(b, make([]byte, short)...)
	}
	return b
}

func putAddr(b []byte, a netip.Addr) {
	if a.Is4() {
		ip := a.As4()
		copy(b, ip[:])
	}
}

func appendAddr(b []byte, option byte, a netip.Addr) []byte {
	if !a.Is4() {
		return b
	}
	ip := a.As4()
	return append(append(b, option, 4), ip[:]...)
}

// appendNames appends the option of the servers of names; those that are not there come last.
func appendNames(b []byte, names [NamesMax]netip.Addr) []byte {
	var list []byte
	for _, a := range names {
		if a.Is4() {
			list = append(list, a.AsSlice()...)
		}
	}
	return append(append(b, optionNames, byte(len(list))), list...)
}

// Parse reads a message. Error: ErrMalformed.
func Parse(b []byte) (m Message, err error) {
	if len(b) < fixedBytes+4 || b[1] != ethernet || b[2] != byte(len(m.MAC)) ||
		binary.BigEndian.Uint32(b[fixedBytes:]) != cookie {
		return m, ErrMalformed
	}
	m.Request = b[0] == bootRequest
	m.ID, m.Seconds = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint16(b[8:])
	m.Client, m.Yours = addrOf(b[12:]), addrOf(b[16:])
	copy(m.MAC[:], b[28:])
	for b = b[fixedBytes+4:]; len(b) > 0 && b[0] != optionEnd; {
		if b[0] == optionPad {
			b = b[1:]
			continue
		}
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return Message{}, ErrMalformed
		}
		m.option(b[0], b[2:2+int(b[1])])
		b = b[2+int(b[1]):]
	}
	return m, nil
}

// option takes one option. Those that are unknown or too short are as if not there.
func (m *Message) option(kind byte, value []byte) {
	if kind == optionKind && len(value) == 1 {
		m.Kind = value[0]
	}
	if len(value) < 4 {
		return
	}
	switch kind {
	case optionMask:
		m.Mask = bits.LeadingZeros32(^binary.BigEndian.Uint32(value))
	case optionRouter:
		m.Router = addrOf(value)
	case optionNames:
		m.Names = namesOf(value)
	case optionWish:
		m.Wish = addrOf(value)
	case optionServer:
		m.Server = addrOf(value)
	case optionLease:
		m.Lease = time.Duration(binary.BigEndian.Uint32(value)) * time.Second
	}
}

// namesOf returns the first addresses of a list.
func namesOf(b []byte) (names [NamesMax]netip.Addr) {
	count := 0
	for ; len(b) >= 4 && count < NamesMax; b = b[4:] {
		if a := addrOf(b); a.IsValid() {
			names[count] = a
			count++
		}
	}
	return names
}

// addrOf returns an address; not valid if it is zero.
func addrOf(b []byte) netip.Addr {
	if ip := netip.AddrFrom4([4]byte(b)); !ip.IsUnspecified() {
		return ip
	}
	return netip.Addr{}
}
