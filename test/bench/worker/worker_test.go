package worker

import (
	"testing"
	"time"
)

// An order is read as it was written, and anything else is refused.
func TestOrder(t *testing.T) {
	want := order{RingLatency, 1000, 20 * time.Millisecond}
	got, err := parseOrder(Request(want.name, want.count, want.warm))
	if err != nil || got != want {
		t.Errorf("read %v, %v: want %v", got, err, want)
	}
	for _, line := range []string{"", "ring", "ring 5", "ring x 5", "ring 0 5", "ring -1 5",
		"ring 5 -1"} {
		if got, err := parseOrder(line); err == nil {
			t.Errorf("%q is read as %v: want an error", line, got)
		}
	}
}

// No two subjects have the same name, and each is found by it.
func TestSubjects(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range subjects() {
		if seen[s.name] {
			t.Errorf("two subjects are named %s", s.name)
		}
		seen[s.name] = true
		if _, err := find(s.name); err != nil {
			t.Error(err)
		}
	}
	if _, err := find("nonsense"); err == nil {
		t.Error("a subject named nonsense was found: want an error")
	}
}
