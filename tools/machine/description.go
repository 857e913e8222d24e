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

// A place is the index of an [[app]], or that of a [[device]] from firstDevice on.
const (
	top         = -1 // the place of keys that are in none of them
	firstDevice = 1 << 16
)

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
	apps, devices := 0, firstDevice
	for i, line := range d.lines {
		line = strings.NewReplacer(" ", "", "\t", "").Replace(line)
		isHeader := place == top && strings.HasPrefix(strings.TrimLeft(line, "["), key+"]")
		last := current
		switch {
		case strings.HasPrefix(line, "[[app]]"):
			current, apps = apps, apps+1
		case strings.HasPrefix(line, "[[device]]"):
			current, devices = devices, devices+1
		}
		if current == place && current != last {
			begin = i + 1
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
