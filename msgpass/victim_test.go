package msgpass

import (
	"encoding/binary"
	"testing"

	"skerry/kernel"
)

// victim is an honest end that uses all of its channel.
type victim struct {
	*Channel
	set    *WaitSet
	faults int
	sum    uint64                // of what it read: so that it does read
	buffer [MessageBytesMax]byte // that messages are copied to
	open   func(o *Loans, d Descriptor) (Loan, error)
	size   func(h Header) int
}

func newVictim(t testing.TB, w []byte, own kernel.CoreID) *victim {
	v := &victim{Channel: open(t, w, own, 1-own, 1)}
	v.open, v.size = (*Loans).Open, Header.Size
	v.set = NewWaitSet(v.core)
	if err := v.set.Add(v.Channel); err != nil {
		t.Fatal(err)
	}
	return v
}

// turn does a bounded amount of work. It tells whether the peer broke the protocol.
func (v *victim) turn() (fault bool) {
	v.Connect()
	v.set.Flush()
	v.set.Wait(0)
	for range 4 {
		fault = v.receive() != nil || fault
	}
	v.send()
	v.call()
	v.lend()
	if fault {
		v.faults++
	}
	return fault
}

// receive takes a message, opens the descriptor in its first word, and reads both.
func (v *victim) receive() error {
	l, h, err := v.Next()
	if h == 0 {
		return err
	}
	d := Descriptor(l[0])
	size := v.size(h)
	for at := 0; at < size; at += PayloadBytes {
		if at > 0 {
			var ok bool
			if l, ok = v.In.Further(at / PayloadBytes); !ok {
				return v.Fail(ErrProtocol)
			}
		}
		for w := range PayloadWords {
			v.sum += l[w]
			if at+8*w < size {
				binary.LittleEndian.PutUint64(v.buffer[at+8*w:], l[w])
			}
		}
	}
	v.In.ReleaseMessage(h)
	payload, err := v.open(&v.Loans, d)
	if err != nil {
		return v.Fail(err)
	}
	for i := 0; i < len(payload.Bytes); i += 64 {
		v.sum += uint64(payload.Bytes[i])
	}
	v.Loans.Return(payload)
	return nil
}

// send sends a message of one line and one of several.
func (v *victim) send() {
	if l := v.Out.TrySlot(); l != nil {
		l[0], l[6] = v.sum, v.sum
		v.Out.Publish(l, MakeHeader(testType, PayloadBytes, 0))
	}
	h := MakeHeader(testType, int(v.sum%MessageBytesMax), 0)
	if l := v.Out.TrySlots(h.Size()); l != nil {
		l[0] = 0
		for i := 1; i < h.lines(); i++ {
			v.Out.Further(i)[6] = v.sum
		}
		v.Out.PublishMessage(h)
	}
}

// call calls, answers, and takes replies, by all call slots.
func (v *victim) call() {
	for i := range callSlots {
		caller, callee := v.Callers[i], v.Callees[i]
		if h := caller.Reply(); h != 0 {
			v.sum += v.words(caller.Line(), h)
		}
		caller.Line()[0] = v.sum
		caller.Call(MakeHeader(testType, 8, 0))
		if h := callee.Request(); h != 0 {
			callee.Line()[0] = v.words(callee.Line(), h)
			callee.Answer(h)
		}
	}
}

// words adds up the payload of a call.
func (v *victim) words(l *Line, h Header) (sum uint64) {
	for w := range (h.Size() + 7) / 8 {
		sum += l[w]
	}
	return sum
}

// lend fills a buffer and lends it.
func (v *victim) lend() {
	b, ok := v.Pool.Take()
	if !ok {
		return
	}
	clear(b.Bytes)
	if l := v.Out.TrySlot(); l != nil {
		l[0] = uint64(v.Pool.Lend(b, len(b.Bytes)))
		v.Out.Publish(l, MakeHeader(testType, 8, 0))
		return
	}
	v.Pool.Keep(b)
}
