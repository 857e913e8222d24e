package example

import (
	"testing"

	"skerry/kernel"
	"skerry/msgpass"
	"skerry/msgpass/idl/idltest"
)

// sink is a server and a client that take one-line messages and do nothing else.
type sink struct {
	EchoServer
	EchoCallbacks
	told, back uint64
	peer       *EchoPeer
}

func (s *sink) Joined(peer *EchoPeer)              { s.peer = peer }
func (s *sink) Left(*EchoPeer)                     {}
func (s *sink) Tell(_ *EchoPeer, count uint64)     { s.told = count }
func (s *sink) Note(_ *EchoPeer, text []byte)      { s.told += uint64(len(text)) }
func (s *sink) Bound(error)                        {}
func (s *sink) Down([]uint32)                      {}
func (s *sink) PingReply(_ uint32, back uint64)    { s.back = back }
func (s *sink) ReadReply(_ uint32, data []byte)    { s.back += uint64(len(data)) }
func (s *sink) Tick(count uint64)                  { s.back = count }
func (s *sink) Noted(_ kernel.CoreID, text []byte) { s.back += uint64(len(text)) }

func (s *sink) Ping(_ *EchoPeer, reply EchoPingReply, seq uint64) { reply.Send(seq) }
func (s *sink) Read(_ *EchoPeer, reply EchoReadReply, _ int32)    { reply.Send(notes[:]) }

var notes = [300]byte{1, 2, 3}

// bindSink returns a bound client of a sink, and both ends of the channel.
func bindSink(t testing.TB) (s *sink, c *EchoClient, client, server *msgpass.Channel) {
	t.Helper()
	client, server = idltest.NewPairs().Next(t)
	s = &sink{}
	server.Services = &msgpass.Services{}
	if err := ServeEcho(server.Services, s); err != nil {
		t.Fatal(err)
	}
	c, err := NewEchoClient(client, s)
	if err != nil {
		t.Fatal(err)
	}
	deliver(t, server, client)
	return s, c, client, server
}

// deliver lets each channel in turn receive what is there.
func deliver(t testing.TB, channels ...*msgpass.Channel) {
	t.Helper()
	for _, c := range channels {
		if _, err := c.Dispatch(1 << 20); err != nil {
			t.Fatal(err)
		}
	}
}

const batch = 16

// BenchmarkRing is a one-line message by the ring's own API, sent and received in one goroutine.
func BenchmarkRing(b *testing.B) {
	client, server := idltest.NewPairs().Next(b)
	var told uint64
	b.ReportAllocs()
	for i := 0; i < b.N; i += batch {
		for range batch {
			l := client.Out.TrySlot()
			l[0] = uint64(i)
			client.Out.Publish(l, msgpass.MakeHeader(0x201, 8, 0))
		}
		for range batch {
			l, _ := server.In.Peek()
			told = l[0]
			server.In.Release(l)
		}
	}
	_ = told
}

// BenchmarkStub is the same message by the stubs.
func BenchmarkStub(b *testing.B) {
	_, c, _, server := bindSink(b)
	b.ReportAllocs()
	for i := 0; i < b.N; i += batch {
		for range batch {
			c.TryTell(uint64(i))
		}
		if _, err := server.Dispatch(batch); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRingCall is a call and its reply by the ring's own API.
func BenchmarkRingCall(b *testing.B) {
	client, server := idltest.NewPairs().Next(b)
	pass := func(from, to *msgpass.Channel) {
		l := from.Out.TrySlot()
		l[0] = 1
		from.Out.Publish(l, msgpass.MakeHeader(0x201, 8, 0))
		l, _ = to.In.Peek()
		to.In.Release(l)
	}
	for b.Loop() {
		pass(client, server)
		pass(server, client)
	}
}

// BenchmarkStubCall is a call and its reply by the stubs.
func BenchmarkStubCall(b *testing.B) {
	_, c, client, server := bindSink(b)
	b.ReportAllocs()
	for b.Loop() {
		c.TryPing(1, 1)
		server.Dispatch(1)
		client.Dispatch(1)
	}
}
