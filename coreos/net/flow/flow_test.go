package flow

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// client returns the key of a flow to a service, as the machine sees it.
func client(n int) packet.Key {
	return packet.Key{
		Remote:     packet.AddrOf(netip.AddrFrom4([4]byte{10, byte(n >> 24), byte(n >> 16), 1})),
		RemotePort: uint16(n), Local: packet.AddrOf(netip.MustParseAddr("10.0.0.1")),
		LocalPort: 80, Protocol: packet.TCP,
	}
}

// in and out are packets of a flow, of one byte if they carry none of SYN, FIN and RST.
func in(k packet.Key, flags uint8, seq, ack uint32) *packet.Packet {
	return &packet.Packet{
		Src: k.Remote, SrcPort: k.RemotePort, Dst: k.Local, DstPort: k.LocalPort,
		Protocol: k.Protocol, TCPHeader: header(flags, seq, ack),
	}
}

func out(k packet.Key, flags uint8, seq, ack uint32) *packet.Packet {
	return &packet.Packet{
		Dst: k.Remote, DstPort: k.RemotePort, Src: k.Local, SrcPort: k.LocalPort,
		Protocol: k.Protocol, TCPHeader: header(flags, seq, ack),
	}
}

func header(flags uint8, seq, ack uint32) packet.TCPHeader {
	h := packet.TCPHeader{Flags: flags, Seq: seq, Ack: ack}
	if flags&(packet.SYN|packet.FIN|packet.RST) == 0 {
		h.Data = 1
	}
	return h
}

// establish makes a flow of a core.
func establish(t *Table, k packet.Key, core kernel.CoreID, now kernel.Instant) {
	t.Out(out(k, packet.SYN|packet.ACK, 1000, 501), core, now)
	t.In(in(k, packet.ACK, 501, 1001), now)
}

// When a core begins or ceases to listen, no flow moves but those that it gets or had, and all have
// about the same share. A choice by the remainder of a hash is found to move others.
func TestPickMovesLittle(t *testing.T) {
	var few, many Listeners
	s := Service{packet.TCP, 80}
	for core := range kernel.CoreID(8) {
		many.Add(s, core)
		if core != 3 {
			few.Add(s, core)
		}
	}
	remainder := func(l *Listeners, k packet.Key) (kernel.CoreID, bool) {
		list := l.cores[s]
		return list[hash(k)%uint64(len(list))], true
	}
	moved := func(pick func(*Listeners, packet.Key) (kernel.CoreID, bool)) (wrongly int) {
		share := map[kernel.CoreID]int{}
		const flows = 8000
		for n := range flows {
			before, _ := pick(&few, client(n))
			after, ok := pick(&many, client(n))
			if !ok || after != before && after != 3 {
				wrongly++
			}
			share[after]++
		}
		for core, count := range share {
			if count < flows/8/2 || count > flows/8*2 {
				t.Errorf("%v has %d of %d flows: want about an eighth", core, count, flows)
			}
		}
		return wrongly
	}
	if n := moved((*Listeners).Pick); n > 0 {
		t.Errorf("%d flows moved between cores that stayed", n)
	}
	if moved(remainder) == 0 {
		t.Error("a choice that moves flows is not found")
	}
}

// A core that has other work gets less than half of what two serve, less than its share where more
// do, and all if it is alone; no flow is refused. Pick, which spares nobody, is found.
func TestPickSparesTheBusy(t *testing.T) {
	s := Service{packet.TCP, 80}
	const flows = 8000
	type choice func(*Listeners, packet.Key) (kernel.CoreID, bool)
	share := func(cores kernel.CoreID, pick choice) (n int) {
		var l Listeners
		for core := range cores {
			l.Add(s, core)
		}
		for i := range flows {
			if core, ok := pick(&l, client(i)); !ok {
				t.Fatalf("flow %d is refused", i)
			} else if core == 0 {
				n++
			}
		}
		return n
	}
	sparing := func(l *Listeners, k packet.Key) (kernel.CoreID, bool) { return l.PickSparing(k, 0) }
	about := func(n, want int) bool { return n > want*9/10 && n < want*11/10 }
	if n := share(2, sparing); !about(n, flows*42/100) {
		t.Errorf("the busy one of two has %d of %d flows: want 0.42 of them", n, flows)
	}
	if n := share(4, sparing); !about(n, flows*145/1000) {
		t.Errorf("the busy one of four has %d of %d flows: want 0.145 of them", n, flows)
	}
	if n := share(1, sparing); n != flows {
		t.Errorf("the only one has %d of %d flows: want all", n, flows)
	}
	if about(share(2, (*Listeners).Pick), flows*42/100) {
		t.Error("a choice that spares nobody is not found")
	}
}

// A flow stays with the core that answered first, until it is reset, closed or quiet for too long;
// a table answers as a map does that only grows.
func TestTableIsAMap(t *testing.T) {
	for seed := range uint64(20) {
		dice := rand.New(rand.NewPCG(seed, 0))
		table, model := NewTable(), map[packet.Key]kernel.CoreID{}
		for step := range 4000 {
			k, core := client(dice.IntN(50)), kernel.CoreID(dice.IntN(4))
			now := kernel.Instant(step)
			switch dice.IntN(4) {
			case 0:
				table.Out(out(k, packet.ACK, 5, 5), core, now)
				model[k] = core
			case 1:
				table.Tell(k, core, now)
				if _, has := model[k]; !has {
					model[k] = core
				}
			case 2:
				seq := uint32(5 + dice.IntN(2)) // 6 is expected, once there was a packet
				table.In(in(k, packet.RST, seq, 5), now)
				if seq == 6 {
					delete(model, k)
				}
			}
			got, answer := table.In(in(k, packet.ACK, 5, 5), now)
			want, has := model[k]
			if has != (answer == Known) || has && got != want {
				t.Fatalf("seed %d, step %d: %v, %v: want %v, %v", seed, step, got, answer, want,
					has)
			}
		}
	}
}

// Who does not know a flow's numbers cannot end it, not even if other packets go before the reset.
func TestBlindReset(t *testing.T) {
	for name, first := range map[string]*packet.Packet{
		"alone":          nil,
		"behind a SYN":   in(client(1), packet.SYN, 7000, 0),
		"behind a guess": in(client(1), packet.ACK, 6999, 5000),
	} {
		table, k := NewTable(), client(1)
		establish(table, k, 3, 0)
		if first != nil {
			table.In(first, 1)
		}
		table.In(in(k, packet.RST, 7000, 0), 1)
		if core, answer := table.In(in(k, packet.ACK, 502, 1001), 2); answer != Known || core != 3 {
			t.Errorf("%s: the flow is with %v, %v: want core 3", name, core, answer)
		}
		table.In(in(k, packet.RST, 503, 0), 3)
		if _, answer := table.In(in(k, packet.ACK, 503, 1001), 4); answer != Unknown {
			t.Errorf("%s: after a sound reset, the answer is %v: want %v", name, answer, Unknown)
		}
	}
}

// However many connections are begun and never established, the table stays small, and no flow that
// is established is forgotten. A table that takes what is begun for established forgets some.
func TestFlood(t *testing.T) {
	for _, planted := range []bool{false, true} {
		table := NewTable()
		const flows = 1000
		for n := range flows {
			establish(table, client(n), 1, 0)
		}
		for n := range 4 * lastingMax {
			k := client(flows + n)
			table.Out(out(k, packet.SYN|packet.ACK, 1000, 501), 1, 1)
			if ack := uint32(999); planted {
				table.In(in(k, packet.ACK, 501, ack+2), 1)
			} else {
				table.In(in(k, packet.ACK, 501, ack), 1) // a guess
			}
		}
		if max := briefMax + lastingMax; table.Count() > max || table.Recycled == 0 {
			t.Fatalf("%d flows, %d recycled: want at most %d, and some", table.Count(),
				table.Recycled, max)
		}
		forgotten := 0
		for n := range flows {
			if _, answer := table.In(in(client(n), packet.ACK, 501, 1001), 1); answer != Known {
				forgotten++
			}
		}
		if (forgotten > 0) != planted {
			t.Fatalf("planted %v: %d established flows are forgotten", planted, forgotten)
		}
	}
}

// remote is the remote end of a flow, as far as RFC 5961 tells it what to do with a reset.
type remote struct {
	key    packet.Key
	next   uint32 // expected
	window uint32
	closed bool
}

// take takes a segment, and returns the answer, if there is one.
func (r *remote) take(s packet.Segment) *packet.Packet {
	challenge := in(r.key, packet.ACK, 501, r.next)
	challenge.Data = 0
	switch {
	case s.Flags&packet.RST == 0:
		return challenge // RFC 9293, section 3.10.7.4: not acceptable
	case s.Seq == r.next:
		r.closed = true
	case s.Seq-r.next < r.window:
		return challenge
	}
	return nil
}

// The remote end of a dead core's flow obeys, whatever it has received of what was sent, and also
// if this table was only told of the flow. Resets that only have the last number that was
// acknowledged do not reach all.
func TestResetIsObeyed(t *testing.T) {
	for _, planted := range []bool{false, true} {
		ignored := 0
		for received := uint32(1001); received <= 1005; received++ {
			for _, told := range []bool{false, true} {
				r := &remote{key: client(1), next: received, window: 1000}
				if r.reset(told, planted); !r.closed {
					ignored++
				}
			}
		}
		if (ignored > 0) != planted {
			t.Errorf("planted %v: %d ends ignore the reset", planted, ignored)
		}
	}
}

// reset has a core send four bytes of which one is acknowledged, and die.
func (r *remote) reset(told, planted bool) {
	table := NewTable()
	if told {
		table.Tell(r.key, 1, 0)
	} else {
		establish(table, r.key, 1, 0)
		for i := range uint32(4) {
			table.Out(out(r.key, packet.ACK, 1001+i, 501), 1, 0)
		}
	}
	table.Bury(1, 1)
	var sent []packet.Segment
	table.Reset(10, func(s packet.Segment) bool { sent = append(sent, s); return true })
	for len(sent) > 0 {
		s := sent[0]
		sent = sent[1:]
		if planted && s.Seq != 1001 {
			continue
		}
		answer := r.take(s)
		if answer == nil {
			continue
		}
		if _, a := table.In(answer, 2); a == Dead {
			if refusal, ok := Refusal(answer); ok {
				sent = append(sent, refusal)
			}
		}
	}
}

// What a core that lives tells of a flow counts, and not what is known of a dead core's with that
// key, whichever comes first. A burial of the living one's is found.
func TestTheLivingCount(t *testing.T) {
	k := client(1)
	for _, first := range []string{"living", "dead", "planted"} {
		table := NewTable()
		if first == "dead" {
			table.Mourn(k, 1, 0)
		}
		table.Tell(k, 2, 0)
		switch first {
		case "living":
			table.Mourn(k, 1, 0)
		case "planted":
			table.Bury(2, 0)
		}
		resets := 0
		table.Reset(10, func(packet.Segment) bool { resets++; return true })
		core, answer := table.In(in(k, packet.ACK, 501, 1001), 0)
		lives := core == 2 && answer == Known && resets == 0
		if lives != (first != "planted") {
			t.Errorf("%s first: the flow is with %v, %v, after %d resets", first, core, answer,
				resets)
		}
	}
}

// Flows that are over, and those of dead cores, are forgotten after a time, established ones never;
// resets that found no room are sent later.
func TestExpire(t *testing.T) {
	table := NewTable()
	establish(table, client(1), 1, 0)
	establish(table, client(2), 2, 0)
	establish(table, client(3), 1, 0)
	table.Out(out(client(3), packet.FIN|packet.ACK, 1001, 501), 1, 0)
	table.In(in(client(3), packet.FIN|packet.ACK, 501, 1002), 0)
	table.Bury(2, 0)
	if table.Reset(10, func(packet.Segment) bool { return false }) {
		t.Fatal("all is reset, though there was no room")
	}
	if !table.Reset(10, func(packet.Segment) bool { return true }) {
		t.Fatal("not all is reset, though there was room")
	}
	table.Expire(kernel.Instant(time.Hour))
	if _, has := table.flows[client(1)]; !has || table.Count() != 1 {
		t.Fatalf("%d flows: want the established one", table.Count())
	}
}

// The fragments of a packet reach one core, in whatever order they come.
func TestFragments(t *testing.T) {
	for seed := range uint64(10) {
		dice := rand.New(rand.NewPCG(seed, 0))
		var f Fragments
		got := map[string]bool{}
		for _, i := range dice.Perm(5) {
			p := in(client(1), 0, 0, 0)
			p.Fragment = packet.Fragment{ID: 7, Offset: 8 * i, More: i < 4}
			b := []byte(fmt.Sprint(i))
			if i == 0 {
				got["0"] = true
				for _, earlier := range f.First(p, 2, 0) {
					got[string(earlier)] = true
				}
			} else if core, ok := f.Later(p, b, 0); ok && core == 2 {
				got[string(b)] = true
			}
		}
		if len(got) != 5 {
			t.Fatalf("seed %d: the core got %v: want 5 fragments", seed, got)
		}
	}
}

// Fragments without a first one are kept in a bounded number, and counted when they are dropped.
func TestFragmentsAreBounded(t *testing.T) {
	var f Fragments
	const packets = 10 * trainsMax
	for id := range uint32(packets) {
		for i := range 2 * piecesMax {
			p := in(client(1), 0, 0, 0)
			p.Fragment = packet.Fragment{ID: id, Offset: 8 * (i + 1), More: true}
			f.Later(p, []byte("x"), 0)
		}
	}
	kept := 0
	for _, c := range f.trains {
		kept += len(c.kept)
	}
	total := packets * 2 * piecesMax
	if kept > trainsMax*piecesMax || kept+int(f.Dropped) != total || len(f.order) > trainsMax {
		t.Fatalf("%d fragments kept, %d dropped: want at most %d, and %d together", kept, f.Dropped,
			trainsMax*piecesMax, total)
	}
}
