package idltest

import (
	"encoding/binary"
	"fmt"
	"testing"

	"skerry/msgpass"
)

// Rig is a client's and a server's end of a channel, and the input of a fuzz target.
type Rig struct {
	Client, Server *msgpass.Channel
	Services       *msgpass.Services // of the server's end

	t         *testing.T
	messages  []Message
	send      func(number int)
	input     []byte
	toServer  map[string]bool   // by name
	sent, got map[bool][]string // by direction
	tokens    uint32
	inFlight  map[uint32]bool
}

func newRig(t *testing.T, pairs *Pairs, messages []Message, input []byte) *Rig {
	r := &Rig{
		Services: &msgpass.Services{}, t: t, messages: messages, input: input,
		toServer: map[string]bool{}, inFlight: map[uint32]bool{},
		sent: map[bool][]string{}, got: map[bool][]string{},
	}
	for _, m := range messages {
		r.toServer[m.Name] = m.ToServer
	}
	r.Client, r.Server = pairs.Next(t)
	r.Server.Services = r.Services
	return r
}

// Check ends the test if there is an error.
func (r *Rig) Check(err error) {
	if err != nil {
		r.t.Fatal(err)
	}
}

// take returns the next bytes of the input, zeroes behind its end.
func (r *Rig) take(count int) []byte {
	taken := make([]byte, count)
	r.input = r.input[copy(taken, r.input):]
	return taken
}

func (r *Rig) byte() byte { return r.take(1)[0] }

// Uint64 returns an arbitrary integer.
func (r *Rig) Uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// Bool returns an arbitrary bool.
func (r *Rig) Bool() bool { return r.byte()&1 != 0 }

// Bytes returns up to limit arbitrary bytes; often as many.
func (r *Rig) Bytes(limit int) []byte {
	size := int(binary.LittleEndian.Uint16(r.take(2)))
	return r.take(min(size, limit))
}

// Token returns a token for a call.
func (r *Rig) Token() uint32 {
	r.tokens++
	return r.tokens
}

// End takes note that a reply brought the token back.
func (r *Rig) End(token uint32) {
	if !r.inFlight[token] {
		r.t.Fatalf("a reply brought token %d: want one of a call in flight", token)
	}
	delete(r.inFlight, token)
}

// Within takes note of the size of a received field.
func (r *Rig) Within(size, limit int) {
	if size > limit {
		r.t.Fatalf("a field of %d bytes was received: want at most %d", size, limit)
	}
}

// Sent takes note of a message that was sent.
func (r *Rig) Sent(name string, fields ...any) {
	r.sent[r.toServer[name]] = append(r.sent[r.toServer[name]], line(name, fields))
}

// Got takes note of a message that was received.
func (r *Rig) Got(name string, fields ...any) {
	r.got[r.toServer[name]] = append(r.got[r.toServer[name]], line(name, fields))
}

// Called takes note of a call that was sent.
func (r *Rig) Called(token uint32) { r.inFlight[token] = true }

// line is a message in words.
func line(name string, fields []any) string { return fmt.Sprintf("%s %v", name, fields) }
