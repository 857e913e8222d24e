package nearest

import "testing"

// A slip leads to the word that takes the fewest changes; a word that shares nothing leads nowhere.
func TestTo(t *testing.T) {
	words := []string{"help", "cores", "start", "stop", "restart"}
	for written, want := range map[string]string{
		"hlep": "help", "core": "cores", "strat": "start", "stpo": "stop", "cores": "cores",
		"retsart": "restart", "": "", "x": "",
	} {
		if got, ok := To(written, words); got != want || ok != (want != "") {
			t.Errorf("%q leads to %q, %v: want %q", written, got, ok, want)
		}
	}
}

// The distance is one for each letter put in, left out or changed.
func TestDistance(t *testing.T) {
	for pair, want := range map[[2]string]int{
		{"", ""}: 0, {"", "abc"}: 3, {"abc", ""}: 3, {"kitten", "sitting"}: 3, {"abc", "acb"}: 2,
	} {
		if got := Distance(pair[0], pair[1]); got != want {
			t.Errorf("from %q to %q: %d: want %d", pair[0], pair[1], got, want)
		}
	}
}
