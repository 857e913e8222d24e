package machine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// description is the text, to find the lines that errors are about.
type description struct {
	name  string
	lines []string
	err   error // the first
}

// top is the place of keys that are in no [[app]].
const top = -1

// refuse keeps the first refusal.
func (d *description) refuse(place int, key, found, want string) {
	if d.err == nil {
		d.err = fmt.Errorf("%s:%d: %s: want %s", d.name, d.line(place, key), found, want)
	}
}

// syntax returns what the parser refuses.
func (d *description) syntax(err error) error {
	var refusal toml.ParseError
	if !errors.As(err, &refusal) {
		return fmt.Errorf("%s:1: %w: want TOML", d.name, err)
	}
	return fmt.Errorf("%s:%d: %s: want TOML", d.name, refusal.Position.Line, refusal.Message)
}

// line returns the line of a key, or where the table that it belongs to begins.
func (d *description) line(place int, key string) int {
	current, begin := top, 1
	for i, line := range d.lines {
		line = strings.TrimLeft(strings.ReplaceAll(line, " ", ""), "\t")
		if strings.HasPrefix(line, "[[app]]") {
			current++
			if current == place {
				begin = i + 1
			}
		}
		if current == place && strings.HasPrefix(line, key+"=") {
			return i + 1
		}
	}
	return begin
}

// nearest returns the one of names that is spelt most like name.
func nearest(name string, names []string) string {
	best, bestDistance := "", len(name)+1
	for _, n := range names {
		if d := distance(name, n); best == "" || d < bestDistance {
			best, bestDistance = n, d
		}
	}
	return best
}

// distance returns how many letters must be put in, left out or changed to make a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // of a's letters so far, to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
