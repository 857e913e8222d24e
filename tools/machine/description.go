package machine

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"skerry/coreos/shell/nearest"
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
		line = strings.NewReplacer(" ", "", "\t", "").Replace(line)
		isHeader := place == top && strings.HasPrefix(strings.TrimLeft(line, "["), key+"]")
		if strings.HasPrefix(line, "[[app]]") {
			current++
			if current == place {
				begin = i + 1
			}
		}
		if isHeader || current == place && strings.HasPrefix(line, key+"=") {
			return i + 1
		}
	}
	return begin
}

// wantOne returns the one of names that a wrong name is likely to mean, or all of them.
func wantOne(wrong string, names []string) string {
	best, bestDistance := "one of "+strings.Join(names, ", "), len(wrong)/2
	for _, name := range names {
		if d := nearest.Distance(wrong, name); d < bestDistance {
			best, bestDistance = strconv.Quote(name), d
		}
	}
	return best
}
