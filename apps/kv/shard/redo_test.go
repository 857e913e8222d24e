package shard

import (
	"testing"

	"skerry/kernel"
	"skerry/kernel/step"
)

// ear is an outbox that notes what is said to a core.
type ear struct {
	nowhere
	core  int
	heard []message
}

func (e *ear) put(to int, h head, body []byte) bool {
	if to == e.core {
		var m message
		m.parse(append(h.append(nil), body...), 3, 3)
		e.heard = append(e.heard, m)
	}
	return true
}

// A backup to which answers are still owed is not told to redo its oldest request: that is another
// one than the primary has just carried out. A primary that forgets what it owes is found.
func TestRedoIsOfTheOldest(t *testing.T) {
	if kind := whatBackupHears(t, func(*replica) {}); kind != replay {
		t.Errorf("a backup that is owed answers hears a message of kind %d: want a replay", kind)
	}
	planted := func(r *replica) { r.owed[1] = 0 }
	if kind := whatBackupHears(t, planted); kind != redo {
		t.Errorf("with the bug, it hears a message of kind %d: want a redo", kind)
	}
}

// whatBackupHears returns the kind of message by which core 1, the backup of core 0 for shard 2,
// hears of a write of its own, while core 0 holds answers to two others: they had to wait for core
// 2, a learner far behind, which has died.
func whatBackupHears(t *testing.T, plant func(*replica)) kind {
	m := newMachine([]kernel.CoreID{0, 1, 2}, 3, 0, 0, 64, func() State { return still{} })
	e := &ear{core: 1}
	do := func(from kernel.CoreID, in message) {
		body := in.append(nil)
		in.parse(body, 3, 3)
		m.begin(0, e)
		if err := m.hear(int(from), &in); err != nil {
			t.Fatal(err)
		}
		m.end()
	}
	m.Step(step.Event{Kind: step.Boot, Incarnation: 1}, nowhere(true))
	m.Step(step.Event{Kind: step.Death, From: 2}, nowhere(true))
	r := &m.replicas[2]
	do(1, message{kind: hello, seq: 1})
	do(1, message{kind: answer, shard: 2, seq: 1})
	do(1, message{kind: ack, shard: 2, seq: 1})
	do(1, message{kind: ack, shard: 2, seq: 2})
	do(2, message{kind: hello, seq: 1})
	for range 2 {
		do(1, message{kind: ack, shard: 2, seq: r.backup.sent})
		for range lagMax / 2 {
			m.begin(0, e)
			m.request(2, entry{command: []byte("."), write: true, client: new(counter)})
			m.end()
		}
	}
	do(1, message{kind: ack, shard: 2, seq: r.backup.sent})
	if r.backup.core != 1 || r.learner.core != 2 {
		t.Fatalf("core %d is backup, %d learner: want 1, 2", r.backup.core, r.learner.core)
	}
	for seq := range uint64(3) {
		do(1, message{kind: request, shard: 2, seq: seq, body: []byte(".")})
	}
	m.begin(0, e)
	m.bury(2, 1)
	m.end()
	if r.owed[1] == 0 {
		t.Fatal("no answer is owed to the backup: want some")
	}
	plant(r)
	do(1, message{kind: request, shard: 2, seq: 3, body: []byte(".")})
	return e.heard[len(e.heard)-1].kind
}
