package main

import (
	"fmt"

	"skerry/coreos/shell/nearest"
)

// find returns the command with the given verb; the error suggests the verb that is spelt most
// like it, if one is anything like it.
func find(verb string) (command, error) {
	var verbs []string
	for _, c := range commands() {
		if c.verb == verb {
			return c, nil
		}
		if c.summary != "" {
			verbs = append(verbs, c.verb)
		}
	}
	if best, ok := nearest.To(verb, verbs); ok {
		return command{}, fmt.Errorf("skerry: unknown verb %q: did you mean %q? See `skerry help`",
			verb, best)
	}
	return command{}, fmt.Errorf("skerry: unknown verb %q: see `skerry help`", verb)
}
