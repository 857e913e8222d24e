package main

// lastWords is what Go's runtime says when it ends a program: the first line of a panic or of a
// fatal error, which it writes in pieces.
var lastWords struct {
	line
	open bool // the line has not ended yet
}

// listen looks for last words in what the instance writes.
func listen(text []byte) {
	if starts(text, "panic: ") || starts(text, "fatal error: ") {
		lastWords.size, lastWords.open = 0, true
	}
	if !lastWords.open {
		return
	}
	for _, b := range text {
		if b == '\n' {
			lastWords.open = false
			return
		}
		lastWords.byte(b)
	}
}

// starts tells whether text starts so.
func starts(text []byte, with string) bool {
	for i := range len(with) {
		if i >= len(text) || text[i] != with[i] {
			return false
		}
	}
	return true
}
