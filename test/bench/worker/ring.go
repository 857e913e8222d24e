package worker

import (
	"fmt"

	"skerry/msgpass"
)

// The loops that are measured are written with the API's calls, not with send and receive, so that
// the calls are inlined, as in a loop that matters. They wait in functions of their own: with a
// loop that calls Pause in their midst, the compiler would store their variables at each message.

// Slots of the rings: as small as channels have at first, and the size at which rings are compared.
const (
	slotsSmall = 64
	slotsGrown = 1024
)

// kind is the type of all messages of the benchmark.
const kind = msgpass.TypeFirst

// fill writes the payload of message number v: v, v+1, …
func fill(l *msgpass.Line, v uint64) {
	l[0], l[1], l[2], l[3], l[4], l[5], l[6] = v, v+1, v+2, v+3, v+4, v+5, v+6
}

// sum adds up the payload of a message.
func sum(l *msgpass.Line) uint64 { return l[0] + l[1] + l[2] + l[3] + l[4] + l[5] + l[6] }

// check holds the sum of all payloads of count messages against what was sent.
func check(got uint64, count int) error {
	n := uint64(count)
	if want := msgpass.PayloadWords*(n*(n-1)/2) + 21*n; got != want {
		return fmt.Errorf("worker: payloads of %d messages add up to %d: want %d", count, got, want)
	}
	return nil
}

// waitSlot waits until there is room.
func waitSlot(s *msgpass.Sender) *msgpass.Line {
	for {
		msgpass.Pause()
		if l := s.TrySlot(); l != nil {
			return l
		}
	}
}

// waitLine waits for a message.
func waitLine(r *msgpass.Receiver) *msgpass.Line {
	for {
		msgpass.Pause()
		if l, h := r.Peek(); h != 0 {
			return l
		}
	}
}

// send sends message number v and waits while the ring is full.
func send(s *msgpass.Sender, v uint64) {
	l := s.TrySlot()
	if l == nil {
		l = waitSlot(s)
	}
	fill(l, v)
	s.Publish(l, msgpass.MakeHeader(kind, msgpass.PayloadBytes, 0))
}

// receive waits for a message and returns the sum of its payload.
func receive(r *msgpass.Receiver) uint64 {
	l, h := r.Peek()
	if h == 0 {
		l = waitLine(r)
	}
	v := sum(l)
	r.Release(l)
	return v
}

// ringPing sends a message and waits for one, on a ring each way.
func ringPing(e *end, count int) error {
	out, in, err := e.rings(slotsSmall)
	if err != nil {
		return err
	}
	total := uint64(0)
	for v := range count {
		l := out.TrySlot()
		if l == nil {
			l = waitSlot(out)
		}
		fill(l, uint64(v))
		out.Publish(l, msgpass.MakeHeader(kind, msgpass.PayloadBytes, 0))
		l, h := in.Peek()
		if h == 0 {
			l = waitLine(in)
		}
		total += sum(l)
		in.Release(l)
	}
	return check(total, count)
}

func ringPong(e *end, count int) error {
	out, in, err := e.rings(slotsSmall)
	if err != nil {
		return err
	}
	total := uint64(0)
	for v := range count {
		l, h := in.Peek()
		if h == 0 {
			l = waitLine(in)
		}
		total += sum(l)
		in.Release(l)
		l = out.TrySlot()
		if l == nil {
			l = waitSlot(out)
		}
		fill(l, uint64(v))
		out.Publish(l, msgpass.MakeHeader(kind, msgpass.PayloadBytes, 0))
	}
	return check(total, count)
}

// ringSend streams messages through one ring.
func ringSend(e *end, count, slots int) error {
	out, _, err := e.rings(slots)
	if err != nil {
		return err
	}
	for v := range count {
		l := out.TrySlot()
		if l == nil {
			l = waitSlot(out)
		}
		fill(l, uint64(v))
		out.Publish(l, msgpass.MakeHeader(kind, msgpass.PayloadBytes, 0))
	}
	return nil
}

func ringReceive(e *end, count, slots int) error {
	_, in, err := e.rings(slots)
	if err != nil {
		return err
	}
	total := uint64(0)
	for range count {
		l, h := in.Peek()
		if h == 0 {
			l = waitLine(in)
		}
		total += sum(l)
		in.Release(l)
	}
	return check(total, count)
}

// Both sides with a ring of each size.
func smallSend(e *end, count int) error    { return ringSend(e, count, slotsSmall) }
func smallReceive(e *end, count int) error { return ringReceive(e, count, slotsSmall) }
func grownSend(e *end, count int) error    { return ringSend(e, count, slotsGrown) }
func grownReceive(e *end, count int) error { return ringReceive(e, count, slotsGrown) }

// callAsk makes calls whose replies come back in the same line.
func callAsk(e *end, count int) error {
	caller, total := e.channel.Callers[0], uint64(0)
	l := caller.Line()
	for v := range count {
		fill(l, uint64(v))
		caller.Call(msgpass.MakeHeader(kind, msgpass.PayloadBytes, 0))
		for caller.Reply() == 0 {
			msgpass.Pause()
		}
		total += sum(l)
	}
	return check(total, count)
}

func callAnswer(e *end, count int) error {
	callee, total := e.channel.Callees[0], uint64(0)
	l := callee.Line()
	for v := range count {
		h := callee.Request()
		for h == 0 {
			msgpass.Pause()
			h = callee.Request()
		}
		total += sum(l)
		fill(l, uint64(v))
		callee.Answer(h)
	}
	return check(total, count)
}
