package msgpass

import (
	"errors"
	"fmt"
)

// ErrProtocol is the fault of a peer that broke the protocol; it is wrapped with what was found.
var ErrProtocol = errors.New("msgpass: the peer broke the protocol")

// TrySlots returns the first of the slots for a message of size bytes, or nil if there is no room
// for all of it; size is at most MessageBytesMax. Further lines are written with Further;
// PublishMessage hands them over.
func (s *Sender) TrySlots(size int) *Line {
	if size < 0 || size > MessageBytesMax {
		panic(fmt.Sprintf("msgpass: a message of %d bytes: want 0 to %d", size, MessageBytesMax))
	}
	last := s.head + uint64(MakeHeader(0, size, 0).lines()-1)*LineBytes
	if last >= s.limit && !s.claimTo(last) {
		return nil
	}
	return s.at(s.head)
}

// claimTo finds out whether the slots up to the one at last are free.
func (s *Sender) claimTo(last uint64) bool {
	if s.head >= s.limit {
		return s.claim()
	}
	// ORDER: acquires the slots that the receiver freed; pairs with Release.
	if s.at(last).header() != 0 {
		s.refusals++
		return false
	}
	s.limit = last + LineBytes
	return true
}

// Further returns line i, from 1 on, of the message that TrySlots found room for.
func (s *Sender) Further(i int) *Line { return s.at(s.head + uint64(i)*LineBytes) }

// PublishMessage hands over all lines of a message with header h, the first line last. TrySlots
// found room for the message.
func (s *Sender) PublishMessage(h Header) {
	count := h.lines()
	if end := s.head + uint64(count)*LineBytes; end > s.limit {
		panic(fmt.Sprintf("msgpass: a message of %d lines: TrySlots found %d", count,
			(int64(s.limit)-int64(s.head))/LineBytes))
	}
	for i := 1; i < count; i++ {
		// ORDER: before the first line's header, so that who sees that one sees these; pairs with
		// the load in Receiver.Further.
		s.Further(i).publish(MakeHeader(typeFurther, 0, 0) | flagContinued)
	}
	s.at(s.head).publish(h) // ORDER: the whole message, to the receiver; pairs with Peek.
	s.head += uint64(count) * LineBytes
}

// Further returns line i, from 1 on, of the message that Peek returned; false if the sender did not
// publish it, which breaks the protocol.
func (r *Receiver) Further(i int) (*Line, bool) {
	l := r.at(r.head + uint64(i)*LineBytes)
	// ORDER: after Peek, and acquires this line; pairs with the stores of PublishMessage.
	return l, l.header()&(flagPresent|flagContinued) == flagPresent|flagContinued
}

// ReleaseMessage frees all lines of the message that Peek returned with header h.
func (r *Receiver) ReleaseMessage(h Header) {
	for range h.lines() {
		r.Release(r.at(r.head))
	}
}
