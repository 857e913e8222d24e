package shard

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"skerry/kernel"
	"skerry/kernel/step"
)

// log is a client that notes how its commands end.
type log []string

func (l *log) done(index int, reply []byte, err error) {
	end := string(reply)
	if errors.Is(err, ErrInDoubt) {
		end = "in doubt"
	}
	*l = append(*l, fmt.Sprint(index, " ", end))
}

// The primary of a run dies when it has answered a part of it: that part has ended, the other
// writes are in doubt, and the other reads are carried out by the next primary.
func TestRunThatIsAnsweredInPart(t *testing.T) {
	m := newMachine([]kernel.CoreID{0, 1}, 1, 1, 0, 64, newCells)
	m.Step(step.Event{Kind: step.Boot, Incarnation: 1}, nowhere(true))
	hear := func(in message) {
		m.Step(step.Event{Kind: step.Message, From: 0, Body: in.append(nil)}, nowhere(true))
	}
	hear(message{kind: hello, seq: 1})
	hear(message{kind: announce, view: 1})
	var ends log
	m.begin(0, nowhere(true))
	for i, text := range []string{"get a", "set a 1", "get b", "set b 1", "get c"} {
		m.request(0, entry{
			command: []byte(text), write: text[0] == 's', client: &ends, index: i,
		})
	}
	m.end()
	hear(message{kind: reply, body: []byte("old")})
	hear(message{kind: reply, body: []byte("ok")})
	m.Step(step.Event{Kind: step.Death, From: 0, Incarnation: 1}, nowhere(true))
	if want := []string{"0 old", "1 ok", "3 in doubt", "2 ", "4 "}; !slices.Equal(ends, want) {
		t.Errorf("the commands ended as %q: want %q", ends, want)
	}
	if w := &m.routes[0]; w.commands != 0 || w.queue.count != 0 || m.counts.malformed != 0 {
		t.Errorf("%d commands in %d runs are left, %d messages were malformed: want none",
			w.commands, w.queue.count, m.counts.malformed)
	}
}

// More replies than requests, or something else than replies, are refused; those before it count.
func TestWrongReplies(t *testing.T) {
	for name, body := range map[string][]byte{
		"none":         nil,
		"one too many": appendPiece(appendPiece(appendPiece(nil, nil), nil), nil),
		"cut off":      append(appendPiece(nil, nil), 1, 0, 0, 0),
	} {
		m := newMachine([]kernel.CoreID{0, 1}, 1, 1, 0, 64, newCells)
		m.Step(step.Event{Kind: step.Boot, Incarnation: 1}, nowhere(true))
		for _, in := range []message{{kind: hello, seq: 1}, {kind: announce, view: 1}} {
			m.Step(step.Event{Kind: step.Message, From: 0, Body: in.append(nil)}, nowhere(true))
		}
		var ends log
		m.begin(0, nowhere(true))
		for i := range 2 {
			m.request(0, entry{command: []byte("set a 1"), write: true, client: &ends, index: i})
		}
		m.end()
		m.begin(0, nowhere(true))
		err := m.hear(0, &message{kind: reply, body: body})
		m.bury(0, 1)
		m.end()
		if err == nil || !strings.Contains(err.Error(), "as many replies") {
			t.Errorf("%s: error %v: want as many replies", name, err)
		}
		if len(ends) != 2 {
			t.Errorf("%s: the commands ended as %q: want each to end once", name, ends)
		}
	}
}

// Replies travel as many together as fit, in their order; one that is too long is marked.
func TestRepliesAreCut(t *testing.T) {
	var all []byte
	for i, size := range []int{10, runBytesMax - 100, 200, 3 * runBytesMax, 5, 5} {
		all = append(all, make([]byte, lengthBytes)...)
		start := len(all)
		all = endReply(append(all, strings.Repeat(fmt.Sprint(i), size)...), start)
	}
	var counts []int
	var order string
	for rest := all; len(rest) > 0; {
		some, more, count := cutReplies(rest)
		counts = append(counts, count)
		for len(some) > 0 {
			var piece []byte
			piece, some, _ = cutPiece(some)
			order += string(piece[0])
		}
		rest = more
	}
	if want := []int{2, 1, 1, 2}; !slices.Equal(counts, want) || order != "012345" {
		t.Errorf("%d replies travel together, in the order %s: want %d, in theirs", counts, order,
			want)
	}
	long := endReply(make([]byte, lengthBytes+CommandBytesMax+1), lengthBytes)
	if piece, rest, ok := cutPiece(long); piece != nil || len(rest) > 0 || !ok {
		t.Errorf("a reply of %d bytes is cut to %d and %d, %t: want a mark", CommandBytesMax+1,
			len(piece), len(rest), ok)
	}
}
