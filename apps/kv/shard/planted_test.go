package shard

import (
	"testing"
	"time"

	"skerry/kernel/step"
)

// hasty plants: a reply doesn't wait for the backup.
func hasty(s *site, _ step.Event) func() {
	return func() {
		for i := range s.replicas {
			s.replicas[i].backup.acked = s.replicas[i].backup.sent
			s.free(i)
		}
	}
}

// ambitious plants: a learner whose primary dies takes itself for a backup.
func ambitious(s *site, in step.Event) func() {
	for i := range s.replicas {
		r := &s.replicas[i]
		if in.Kind == step.Death && r.role == Learner && r.primary == s.index(in.From) {
			r.role = Backup
		}
	}
	return nil
}

// indiscreet plants: a read doesn't wait for the writes before it.
func indiscreet(s *site, in step.Event) func() {
	shard, origin := nobody, s.machine.self
	if in.Kind == step.Message {
		var msg message
		msg.parse(in.Body, len(s.replicas), len(s.cores))
		if msg.kind == request && msg.body[lengthBytes] == 'g' {
			shard, origin = msg.shard, s.index(in.From)
		}
	} else if in.Kind == step.Command {
		shard = s.world.firstRead(in.Body)
	}
	if shard == nobody || s.replicas[shard].role != Primary {
		return nil
	}
	r := &s.replicas[shard]
	for i := range r.held.count {
		if r.held.at(i).origin == origin {
			return nil // replies to one core leave in order
		}
	}
	acked := r.backup.acked
	r.backup.acked = r.backup.sent
	return func() { r.backup.acked = min(acked, r.backup.sent) }
}

// greedy plants: a shard is claimed though somebody holds it.
func greedy(s *site, in step.Event) func() {
	if in.Kind == step.Message && kind(in.Body[0]) == answer {
		in.Body[1] &^= holds | later
	}
	return nil
}

// eager plants: a learner reads its copy as a backup does.
func eager(s *site, in step.Event) func() {
	if in.Kind != step.Command || s.world.firstRead(in.Body) == nobody {
		return nil
	}
	r := &s.replicas[s.world.firstRead(in.Body)]
	if r.role != Learner {
		return nil
	}
	r.role = Backup
	return func() { r.role = Learner }
}

// trusting plants: a primary without a backup has its learner answer its requests from its copy.
func trusting(s *site, in step.Event) func() {
	if in.Kind != step.Message {
		return nil
	}
	var msg message
	msg.parse(in.Body, len(s.replicas), len(s.cores))
	r, from := &s.replicas[msg.shard], s.index(in.From)
	switch {
	case msg.kind == request && r.role == Primary && r.backup.core == nobody &&
		r.learner.core == from:
		r.backup, r.learner = r.learner, follower{core: nobody}
		return func() { r.backup, r.learner = follower{core: nobody}, r.backup }
	case msg.kind == redo && r.role == Learner && r.primary == from:
		r.role = Backup
		return func() { r.role = Learner }
	}
	return nil
}

// plantedSeeds is how many seeds a bug may hide for.
const plantedSeeds = 400

// Bugs that are planted are found by their seeds.
func TestPlantedBugsAreFound(t *testing.T) {
	for name, bug := range map[string]func(*site, step.Event) func(){
		"acknowledges before the backup has it": hasty,
		"promotes a copy that is not complete":  ambitious,
		"reads before the commit":               indiscreet,
		"claims what others hold":               greedy,
		"reads a copy that is not complete":     eager,
		"answers from one that is not complete": trusting,
	} {
		found := 0
		for seed := uint64(1); seed <= plantedSeeds && found == 0; seed++ {
			w := newWorld(unrest(3, seed), 6, 2)
			w.plant = bug
			var err error
			for i := 0; i < 30 && err == nil; i++ {
				err = w.stir()
			}
			if err == nil {
				err = w.past.Check()
			}
			if err != nil {
				found = int(seed)
				t.Logf("a store that %s, seed %d: %v", name, seed, err)
			}
		}
		if found == 0 {
			t.Errorf("a store that %s is not found under %d seeds", name, plantedSeeds)
		}
	}
}

// rash plants: a backup reads what ends, by a clock of its own.
type rash struct {
	*cells
	story *story
}

func (r rash) Read(reply, command []byte) ([]byte, bool) {
	longer, _ := r.Apply(reply, int64(r.story.net.Now())/int64(time.Millisecond), command)
	return longer, true
}

// A read at a backup doesn't find a key gone that the primary was told in time to keep. A backup
// that goes by its own clock is found.
func TestKeptKeyIsNotGone(t *testing.T) {
	if got := readAsItEnds(t, func(*story) State { return newCells() }); got != "v" {
		t.Errorf("the backup read %q: want what was kept", got)
	}
	planted := func(s *story) State { return rash{newCells().(*cells), s} }
	if got := readAsItEnds(t, planted); got != "" {
		t.Errorf("a backup that goes by its own clock read %q: want that it is found", got)
	}
}

// readAsItEnds has a primary keep a key just before its time is over, and the backup read it just
// after, before it hears of that. It returns what the backup read.
func readAsItEnds(t *testing.T, empty func(*story) State) string {
	s := &story{t: t}
	newQuietWorld(s, func() State { return empty(s) })
	var kept, read, later answers
	s.plan(0, entry{command: []byte("lend k v"), write: true, client: new(counter)})
	end := s.net.Now().Add(10*time.Microsecond)/1e6*1e6 + 1e6
	s.net.Run(end.Sub(s.net.Now()) - 300*time.Nanosecond)
	s.plan(0, entry{command: []byte("keep k"), write: true, client: &kept})
	s.net.Run(500 * time.Nanosecond)
	s.plan(1, entry{command: []byte("get k"), client: &read})
	s.net.Run(100 * time.Microsecond)
	s.plan(0, entry{command: []byte("get k"), client: &later})
	s.net.Run(100 * time.Microsecond)
	if len(kept) != 1 || kept[0] != "v" || len(later) != 1 || later[0] != "v" || len(read) != 1 {
		t.Fatalf("kept %q, read %q, later %q: want v kept, a reply, and v", kept, read, later)
	}
	return read[0]
}

// answers is a client that keeps the replies.
type answers []string

func (a *answers) done(_ int, reply []byte, _ error) { *a = append(*a, string(reply)) }
