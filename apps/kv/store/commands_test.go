package store

import (
	"strings"
	"testing"
)

// Each command is found by its name, in whatever case, and nothing is by another one.
func TestFind(t *testing.T) {
	for initial, some := range commands {
		for _, c := range some {
			for _, name := range []string{c.Name, strings.ToUpper(c.Name)} {
				if got, ok := Find([]byte(name)); !ok || got != c {
					t.Errorf("%q, in the list of %c, is not found", name, initial)
				}
			}
			if _, ok := Find([]byte(c.Name + "x")); ok {
				t.Errorf("%q is found", c.Name+"x")
			}
		}
	}
	for _, name := range []string{"", "x", "\xff"} {
		if _, ok := Find([]byte(name)); ok {
			t.Errorf("%q is found", name)
		}
	}
}
