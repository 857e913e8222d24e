package shard

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// sized is a State whose replies are as long as commands ask for, and which "w" changes.
type sized struct{ still }

func (sized) Apply(reply []byte, _ int64, command []byte) ([]byte, bool) {
	size, _ := strconv.Atoi(string(command[1:]))
	return append(reply, make([]byte, size)...), command[0] == 'w'
}

// Replies travel as many together as fit, in their order, behind what the commands before them
// changed; one that is too long is marked.
func TestLongRepliesAreSections(t *testing.T) {
	m := newLeader(t)
	tellLeader(m, message{kind: ack, seq: 1})
	tellLeader(m, message{kind: ack, seq: 2})
	m.replicas[0].state = sized{}
	e := &ear{core: 1}
	in := message{kind: request}
	for _, size := range []int{10, 10, runBytesMax, 5, 3 * runBytesMax, CommandBytesMax + 1, 1, 1} {
		in.body = appendPiece(in.body, fmt.Appendf(nil, "r%d", size))
	}
	in.body = appendPiece(appendPiece(in.body, []byte("w1")), []byte("w1"))
	m.begin(0, e)
	if err := m.hear(1, &in); err != nil {
		t.Fatal(err)
	}
	m.end()
	var got []string
	for _, out := range e.heard {
		words := fmt.Sprint(out.kind)
		for rest := out.body; len(rest) > 0; {
			var piece []byte
			piece, rest, _ = cutPiece(rest)
			words += fmt.Sprint(" ", len(piece))
		}
		got = append(got, words)
	}
	want := []string{
		fmt.Sprint(reply, " 10 10 ", runBytesMax), fmt.Sprint(reply, " 5 ", 3*runBytesMax),
		fmt.Sprint(replay, " 2 2"), fmt.Sprint(reply, " 0 1 1 1 1"),
	}
	if !slices.Equal(got, want) {
		t.Errorf("core 1 hears %q: want %q", got, want)
	}
}

// lengths is a client that notes how long replies are.
type lengths []int

func (l *lengths) done(_ int, reply []byte, _ error) { *l = append(*l, len(reply)) }

// A core's own run is carried out to its end though its first commands are answered meanwhile.
func TestOwnRunIsAnsweredInSections(t *testing.T) {
	m := newLeader(t)
	m.replicas[0].state = sized{}
	want := []int{1, 2 * runBytesMax, 2, runBytesMax, 3, 4}
	var got lengths
	m.begin(0, nowhere(true))
	for _, size := range want {
		m.request(0, entry{command: fmt.Appendf(nil, "r%d", size), client: &got})
	}
	m.end()
	if !slices.Equal(got, want) {
		t.Errorf("replies have %d bytes: want %d", got, want)
	}
}

// What has no commands, or something else behind them, is refused.
func TestWrongCommands(t *testing.T) {
	m := newLeader(t)
	two := appendPiece(appendPiece(nil, []byte("a")), []byte("b"))
	for name, body := range map[string][]byte{
		"nothing":        nil,
		"a mark":         append(slices.Clone(two), 255, 255, 255, 255),
		"half a length":  append(slices.Clone(two), 1, 0),
		"half a command": append(slices.Clone(two), 2, 0, 0, 0, 'c'),
		"too many":       bytes.Repeat(two, runMax/2+1),
	} {
		if commands, ok := m.cutCommands(body); ok {
			t.Errorf("%s: %d commands: want it refused", name, len(commands))
		}
	}
	if commands, ok := m.cutCommands(two); !ok || len(commands) != 2 {
		t.Errorf("%d commands, %t: want 2", len(commands), ok)
	}
}
