package main

import "fmt"

// find returns the command with the given verb; the error suggests the verb that is spelt most
// like it, if one is anything like it.
func find(verb string) (command, error) {
	best, bestDistance := "", len(verb)+1
	for _, c := range commands() {
		if c.verb == verb {
			return c, nil
		}
		if d := distance(verb, c.verb); c.summary != "" && d < bestDistance {
			best, bestDistance = c.verb, d
		}
	}
	if best == "" {
		return command{}, fmt.Errorf("skerry: unknown verb %q: see `skerry help`", verb)
	}
	return command{}, fmt.Errorf("skerry: unknown verb %q: did you mean %q? See `skerry help`",
		verb, best)
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
