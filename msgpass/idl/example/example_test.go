package example

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"skerry/msgpass"
	"skerry/msgpass/idl/idltest"
)

// recorder is a client that remembers what came back.
type recorder struct {
	EchoCallbacks
	errs    []error
	lost    []uint32
	tokens  []uint32
	ticks   []uint64
	replies []uint64
}

func (r *recorder) Bound(err error)    { r.errs = append(r.errs, err) }
func (r *recorder) Down(lost []uint32) { r.lost = append(r.lost, lost...) }
func (r *recorder) Tick(count uint64)  { r.ticks = append(r.ticks, count) }
func (r *recorder) PingReply(token uint32, back uint64) {
	r.tokens, r.replies = append(r.tokens, token), append(r.replies, back)
}

// keeper is a server that keeps the replies to calls of Ping.
type keeper struct {
	EchoServer
	kept         []EchoPingReply
	joined, left int
}

func (k *keeper) Joined(*EchoPeer) { k.joined++ }
func (k *keeper) Left(*EchoPeer)   { k.left++ }
func (k *keeper) Ping(_ *EchoPeer, reply EchoPingReply, _ uint64) {
	k.kept = append(k.kept, reply)
}

// bindKeeper returns a bound client of a keeper, and both ends of the channel.
func bindKeeper(t testing.TB) (r *recorder, c *EchoClient, k *keeper,
	client, server *msgpass.Channel) {
	t.Helper()
	client, server = idltest.NewPairs().Next(t)
	r, k = &recorder{}, &keeper{}
	server.Services = &msgpass.Services{}
	if err := ServeEcho(server.Services, k); err != nil {
		t.Fatal(err)
	}
	c, err := NewEchoClient(client, r)
	if err != nil {
		t.Fatal(err)
	}
	deliver(t, server, client)
	if len(r.errs) != 1 || r.errs[0] != nil || k.joined != 1 {
		t.Fatalf("bound %v, joined %d: want one of each", r.errs, k.joined)
	}
	return r, c, k, client, server
}

// A message by the stubs, and a call with its reply, allocate nothing.
func TestStubsDoNotAllocate(t *testing.T) {
	s, c, client, server := bindSink(t)
	text := strings.Repeat("note", 100)
	allocs := testing.AllocsPerRun(1000, func() {
		sent := c.TryTell(7) && c.TryPing(1, 8) && c.TryNote(text) && c.TryRead(2, 0) &&
			s.peer.TryTick(3) && s.peer.TryNoted(4, text)
		if !sent {
			t.Fatal("no room in an empty ring")
		}
		deliver(t, server, client)
	})
	if allocs != 0 {
		t.Fatalf("%v allocations: want none", allocs)
	}
}

// A call is refused while CallsMax are in flight; replies may come later and in any order.
func TestCallsInFlight(t *testing.T) {
	r, c, k, client, server := bindKeeper(t)
	for token := range uint32(msgpass.CallsMax) {
		if !c.TryPing(token, 0) {
			t.Fatalf("call %d is refused", token)
		}
		deliver(t, server)
	}
	if c.TryPing(99, 0) {
		t.Fatalf("%d calls in flight: want at most %d", msgpass.CallsMax+1, msgpass.CallsMax)
	}
	slices.Reverse(k.kept)
	for i, reply := range k.kept {
		reply.Send(uint64(i))
	}
	deliver(t, client)
	for i, token := range r.tokens {
		if token != uint32(msgpass.CallsMax-1-i) || r.replies[i] != uint64(i) {
			t.Fatalf("reply %d is %d for token %d", i, r.replies[i], token)
		}
	}
	if !c.TryPing(99, 0) {
		t.Fatal("a call is refused with none in flight")
	}
}

// A reply is never lost or refused, though the ring to the client is full: it waits.
func TestRepliesWaitForRoom(t *testing.T) {
	r, c, k, client, server := bindKeeper(t)
	for token := range uint32(msgpass.CallsMax) {
		c.TryPing(token, 0)
		deliver(t, server)
	}
	l := server.Out.TrySlot()
	for full := 0; full < 8; l = server.Out.TrySlot() {
		if l == nil {
			full++
			continue
		}
		server.Out.Publish(l, msgpass.MakeHeader(2<<8|echoTick, 8, 0))
	}
	for i, reply := range k.kept {
		reply.Send(uint64(i))
	}
	for range 4 {
		deliver(t, client, server)
	}
	if len(r.tokens) != msgpass.CallsMax || len(r.ticks) == 0 {
		t.Fatalf("%d replies, %d ticks: want %d, and some", len(r.tokens), len(r.ticks),
			msgpass.CallsMax)
	}
	for i, back := range r.replies {
		if back != uint64(i) {
			t.Fatalf("reply %d is %d: want them in order", i, back)
		}
	}
	c.TryPing(99, 0)
	deliver(t, server)
	k.kept[len(k.kept)-1].Send(1)
	deliver(t, client)
	if r.tokens[len(r.tokens)-1] != 99 {
		t.Fatal("no reply after the wait is over")
	}
}

// A client that has more calls in flight than it may loses the channel, not the server its memory.
func TestTooManyCalls(t *testing.T) {
	_, _, k, client, server := bindKeeper(t)
	for l := server.Out.TrySlot(); l != nil; l = server.Out.TrySlot() {
		server.Out.Publish(l, msgpass.MakeHeader(2<<8|echoTick, 8, 0))
	}
	var err error
	for i := 0; err == nil && i < 1<<14; i++ {
		l := client.Out.TrySlot()
		if l == nil {
			t.Fatal("the server does not receive")
		}
		client.Out.Publish(l, msgpass.MakeHeader(2<<8|echoPing, 8, 0))
		_, err = server.Dispatch(1)
		for _, reply := range k.kept {
			reply.Send(0)
		}
		k.kept = nil
		if err == nil && !server.Up() {
			_, err = server.Connect()
		}
	}
	if !errors.Is(err, msgpass.ErrProtocol) || server.Up() || k.left != 1 {
		t.Fatalf("error %v, up %v, left %d: want ErrProtocol, down, once", err, server.Up(), k.left)
	}
}

// A client of another version, and one of an interface that nobody serves, get an error that names
// the interface and both versions.
func TestBindRefused(t *testing.T) {
	client, server := idltest.NewPairs().Next(t)
	r := &recorder{}
	c, err := NewEchoClient(client, r)
	if err != nil {
		t.Fatal(err)
	}
	deliver(t, server, client)
	if len(r.errs) != 1 || !errors.Is(r.errs[0], msgpass.ErrNotServed) || c.TryTell(1) {
		t.Fatalf("bound %v: want ErrNotServed, and no sending", r.errs)
	}
	other := echoInterface()
	other.Version++
	server.Services = &msgpass.Services{}
	err = server.Services.Add(other, echoServerTakers, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Port().AskAgain()
	deliver(t, server, client)
	if len(r.errs) != 2 || !errors.Is(r.errs[1], msgpass.ErrVersion) || c.TryTell(1) {
		t.Fatalf("bound %v: want ErrVersion, and no sending", r.errs)
	}
	t.Log(r.errs[1])
	for _, part := range []string{"example.Echo", "core 1", "0x"} {
		if !strings.Contains(r.errs[1].Error(), part) {
			t.Fatalf("error %q does not tell %q", r.errs[1], part)
		}
	}
}

// When the channel goes down, the client is told its lost calls and the server that it left;
// replies go nowhere; in the next epoch the client is bound again.
func TestChannelDown(t *testing.T) {
	r, c, k, client, server := bindKeeper(t)
	c.TryPing(41, 0)
	c.TryPing(42, 0)
	deliver(t, server)
	client.PeerDied(1)
	if !slices.Equal(r.lost, []uint32{41, 42}) || c.TryPing(1, 0) || c.TryTell(1) {
		t.Fatalf("lost %v: want 41 and 42, and no sending", r.lost)
	}
	server.PeerDied(1)
	if k.left != 1 {
		t.Fatalf("the client left %d times: want once", k.left)
	}
	for range 8 {
		for _, end := range []*msgpass.Channel{client, server} {
			if _, err := end.Connect(); err != nil {
				t.Fatal(err)
			}
		}
	}
	deliver(t, server, client)
	for _, reply := range k.kept {
		reply.Send(1)
	}
	deliver(t, client)
	if len(r.errs) != 2 || r.errs[1] != nil || k.joined != 2 || len(r.replies) != 0 {
		t.Fatalf("bound %v, joined %d, replies %v: want twice, no reply of the last epoch",
			r.errs, k.joined, r.replies)
	}
	c.TryPing(43, 0)
	deliver(t, server)
	k.kept[len(k.kept)-1].Send(9)
	deliver(t, client)
	if !slices.Equal(r.tokens, []uint32{43}) {
		t.Fatalf("replies for %v: want 43", r.tokens)
	}
}

// Each message is traced by name at both ends, with its direction, size and tag.
func TestTrace(t *testing.T) {
	_, c, client, server := bindSink(t)
	var seen []string
	for _, end := range []*msgpass.Channel{client, server} {
		end.Tracer = func(m msgpass.Trace) {
			seen = append(seen, m.String())
		}
	}
	c.TryTell(1)
	c.TryPing(1, 1)
	c.TryNote("hello")
	deliver(t, server, client)
	want := []string{
		"to core 1: example.Echo.Tell, 8 bytes, tag 0",
		"to core 1: example.Echo.Ping, 8 bytes, tag 0",
		"to core 1: example.Echo.Note, 7 bytes, tag 0",
		"from core 0: example.Echo.Tell, 8 bytes, tag 0",
		"from core 0: example.Echo.Ping, 8 bytes, tag 0",
		"to core 0: example.Echo.Ping, reply, 8 bytes, tag 0",
		"from core 0: example.Echo.Note, 7 bytes, tag 0",
		"from core 1: example.Echo.Ping, reply, 8 bytes, tag 0",
	}
	if !slices.Equal(seen, want) {
		t.Fatalf("traced\n%s\nwant\n%s", strings.Join(seen, "\n"), strings.Join(want, "\n"))
	}
}

// A field longer than declared is refused before it is sent.
func TestTooLongArgument(t *testing.T) {
	_, c, _, _ := bindSink(t)
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, msgpass.ErrTooLong) {
			t.Fatalf("panic with %v: want ErrTooLong", err)
		}
	}()
	c.TryNote(strings.Repeat("x", EchoNoteTextMax+1))
}

// Clients at both ends of one channel do not get into each other's way.
func TestClientsAtBothEnds(t *testing.T) {
	a, b := idltest.NewPairs().Next(t)
	ends := []*msgpass.Channel{a, b}
	var clients [2]*EchoClient
	var sinks [2]*sink
	for i, end := range ends {
		sinks[i] = &sink{}
		end.Services = &msgpass.Services{}
		if err := ServeEcho(end.Services, sinks[i]); err != nil {
			t.Fatal(err)
		}
		c, err := NewEchoClient(end, sinks[i])
		if err != nil {
			t.Fatal(err)
		}
		clients[i] = c
	}
	deliver(t, a, b, a)
	for i, c := range clients {
		if !c.TryPing(0, uint64(10+i)) || !c.TryTell(uint64(20+i)) {
			t.Fatalf("client at end %d: no binding", i)
		}
	}
	deliver(t, a, b, a)
	for i, s := range sinks {
		if s.back != uint64(10+i) || s.told != uint64(21-i) {
			t.Fatalf("end %d: reply %d, told %d", i, s.back, s.told)
		}
	}
}
