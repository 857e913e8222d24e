package model

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What pan calls the errors that the planted bugs cause.
const (
	assertion = "assertion violated"
	cycle     = "non-progress cycle"
)

// planted is a bug that a -D flag puts into a model, and what pan must report.
type planted struct {
	define string
	finds  string
}

// model is one file, the bounds under which it is searched, and its planted bugs.
type model struct {
	file  string
	holds []check
	small []string // bounds under which each planted bug already shows
	bugs  []planted
}

// models lists every model of this directory.
func models() []model {
	return []model{{
		file: "link.pml",
		holds: []check{
			{defines: []string{"DEATHS0=1", "DEATHS1=1"}},
			{defines: []string{"DEATHS0=2", "DEATHS1=0"}, partial: true},
			{defines: []string{"DEATHS0=0", "DEATHS1=2"}, partial: true},
			{defines: []string{"DEATHS0=1", "DEATHS1=1"}, cycles: true},
		},
		bugs: []planted{
			{"NO_LETGO", assertion}, {"NO_MATCH", assertion}, {"CLEAR_AFTER_SEEN", assertion},
			{"NAME_FIRST", assertion}, {"STALE_SEEN", assertion}, {"SAME_NAME", assertion},
			{"NO_HOLD", assertion}, {"NO_FENCE", assertion}, {"RETELL", cycle},
		},
	}, {
		file: "hostile.pml",
		holds: []check{
			{defines: []string{"HOSTILE=0"}},
			{defines: []string{"HOSTILE=1"}},
			{defines: []string{"HOSTILE=1", "DEATHS=1"}, cycles: true},
		},
		bugs: []planted{
			{"IGNORE_NOTICE", assertion}, {"KEEP_NAME", assertion}, {"NO_HOLD", assertion},
			{"NO_FORGIVE", assertion}, {"GUESSED_NAMES", assertion},
		},
	}, {
		file: "sleepwake.pml",
		holds: []check{
			{defines: []string{"LINES=2"}},
			{defines: []string{"LINES=2"}, cycles: true},
		},
		small: []string{"LINES=2"},
		bugs: []planted{
			{"NO_REPOLL", assertion}, {"POLL_BEFORE_FLAG", assertion},
			{"NO_FENCE_RECEIVER", assertion}, {"NO_FENCE_SENDER", assertion},
			{"NO_FLUSH_BEFORE_WAIT", assertion}, {"NO_FLUSH_AFTER_TURN", assertion},
			{"LATE_BEHIND_FENCE", assertion}, {"HEAD_REPEATS", assertion},
			{"KICK_FORGOTTEN", assertion}, {"KICK_KEPT", cycle},
		},
	}, {
		file: "ring.pml",
		holds: []check{
			{defines: []string{"SLOTS=4", "BATCH=1"}}, {defines: []string{"SLOTS=4", "BATCH=2"}},
			{defines: []string{"SLOTS=8", "BATCH=2", "STORES=12"}},
		},
		bugs: []planted{
			{"HEADER_FIRST", assertion}, {"RELEASE_EARLY", assertion}, {"PAYLOAD_FIRST", assertion},
			{"LOOK_AT_HEAD", assertion}, {"CLAIM_MORE", assertion}, {"NO_LOOK", assertion},
			{"UNORDERED", assertion},
		},
	}, {
		file:  "callslot.pml",
		holds: []check{{}},
		bugs: []planted{
			{"CALL_FIRST", assertion}, {"ANSWER_FIRST", assertion}, {"READ_LATE", assertion},
			{"PAYLOAD_FIRST", assertion}, {"ANY_IS_REPLY", assertion},
			{"ANY_IS_REQUEST", assertion}, {"CALL_AGAIN", assertion}, {"UNORDERED", assertion},
		},
	}}
}

// TestModelsHold: spin finds no error in any model, and the search was whole. The short form takes
// the first bounds of each model only.
func TestModelsHold(t *testing.T) {
	requireTools(t)
	for _, m := range models() {
		for i, c := range m.holds {
			if i > 0 && testing.Short() {
				break
			}
			c.file = m.file
			t.Run(name(c), func(t *testing.T) {
				t.Parallel()
				holds(t, c)
			})
		}
	}
}

// holds requires no error, no search cut off, and no statement that no run reaches, unless the
// bounds leave some out.
func holds(t *testing.T, c check) {
	v := verify(t, c)
	t.Logf("%d states of %d bytes, depth %d", v.states, v.vector, v.depth)
	if v.errors != 0 {
		t.Errorf("model: %s: %d errors: want 0\n%s", name(c), v.errors, v.text)
	}
	if v.truncated {
		t.Errorf("model: %s: search cut off at depth %d: want all of it", name(c), depthMax)
	}
	if !c.cycles && !c.partial && len(v.unreached) > 0 {
		t.Errorf("model: %s: never reached: %s: want every statement reached",
			name(c), strings.Join(v.unreached, "; "))
	}
}

// TestPlantedBugsAreFound: spin finds the expected kind of error in every planted bug.
func TestPlantedBugsAreFound(t *testing.T) {
	requireTools(t)
	for _, m := range models() {
		for _, bug := range m.bugs {
			c := check{file: m.file, defines: append(slices.Clone(m.small), bug.define),
				cycles: bug.finds == cycle, quick: true}
			t.Run(name(c), func(t *testing.T) {
				t.Parallel()
				fails(t, c, bug.finds)
			})
		}
	}
}

// fails requires the given kind of error.
func fails(t *testing.T, c check, finds string) {
	v := verify(t, c)
	if v.errors == 0 || !strings.Contains(v.text, finds) {
		t.Errorf("model: %s: %d errors: want %q\n%s", name(c), v.errors, finds, v.text)
	}
}

// TestEveryPlantIsTested: each -D flag that a model asks for is a planted bug of the table.
func TestEveryPlantIsTested(t *testing.T) {
	asked := regexp.MustCompile(`(?m)^#ifdef (\w+)|defined\((\w+)\)`)
	for _, m := range models() {
		source, err := os.ReadFile(m.file)
		if err != nil {
			t.Fatal(err)
		}
		for _, flag := range asked.FindAllStringSubmatch(string(source), -1) {
			define := flag[1] + flag[2]
			if !slices.ContainsFunc(m.bugs, func(p planted) bool { return p.define == define }) {
				t.Errorf("model: %s: flag %s: want it in the table of planted bugs", m.file, define)
			}
		}
	}
}

// name is a check as a subtest's name.
func name(c check) string {
	s := strings.Join(append([]string{c.file}, c.defines...), "/")
	if c.cycles {
		s += "/cycles"
	}
	return s
}
