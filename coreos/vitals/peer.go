package vitals

import (
	"time"

	"skerry/kernel"
)

// member serves Member.
type member struct{ *Vitals }

// Joined implements MemberServer.
func (member) Joined(*MemberPeer) {}

// Left implements MemberServer.
func (member) Left(*MemberPeer) {}

// Report implements MemberServer.
func (m member) Report(_ *MemberPeer, reply MemberReportReply) {
	f := m.own()
	reply.Send(f.life, f.uptime, f.memory, f.heap, f.collections, f.stopped, f.stops, f.messages,
		f.counters)
}

// peer is another core. One question is on its way at most, however many ask: who asks later has
// the same answer. All of it is guarded by the loop's lock.
type peer struct {
	id     kernel.CoreID
	client *MemberClient
	asked  *answer // that is on its way, or nil
}

// answer is what a core answers to a question.
type answer struct {
	done  chan struct{} // closed when there is no more to wait for; then the rest is there
	facts facts
	ok    bool
}

// ask asks the peer how it is, unless it is asked already.
func (p *peer) ask() *answer {
	if p.asked != nil {
		return p.asked
	}
	a := &answer{done: make(chan struct{})}
	if !p.client.TryReport(0) {
		close(a.done)
		return a
	}
	p.client.Port().Channel().Flush()
	p.asked = a
	return a
}

// await waits for the answer until it is late; then for none any more.
func (a *answer) await(timer <-chan time.Time, late *bool) (facts, bool) {
	if !*late {
		select {
		case <-a.done:
		case <-timer:
			*late = true
		}
	}
	select {
	case <-a.done:
		return a.facts, a.ok
	default:
		return facts{}, false
	}
}

// end tells those who wait of the end of a question.
func (p *peer) end(f facts, ok bool) {
	if a := p.asked; a != nil {
		p.asked, a.facts, a.ok = nil, f, ok
		close(a.done)
	}
}

// Bound implements MemberCallbacks.
func (p *peer) Bound(error) {}

// Down implements MemberCallbacks.
func (p *peer) Down([]uint32) { p.end(facts{}, false) }

// ReportReply implements MemberCallbacks.
func (p *peer) ReportReply(_ uint32, life uint64, uptime time.Duration, memory, heap,
	collections uint64, stopped time.Duration, stops [stopBounds + 1]uint64, messages uint64,
	counters []byte) {
	p.end(facts{
		life, uptime, memory, heap, collections, stopped, stops, messages, string(counters),
	}, true)
}
