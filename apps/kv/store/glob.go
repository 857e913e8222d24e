package store

// Matches tells whether a text matches a pattern as Redis has them (stringmatchlen in util.c):
// * any text, ? any byte, [abc] [a-z] [^a] one of a set, \ the next byte as it is. It keeps one
// place to go back to, the last *, and so takes at most len(pattern)*len(text) steps.
func Matches[T string | []byte](pattern []byte, text T) bool {
	p, t := 0, 0
	star, starText := -1, 0
	for t < len(text) {
		if p < len(pattern) && pattern[p] == '*' {
			star, starText = p, t
			p++
			continue
		}
		if next, ok := matchOne(pattern, p, text[t]); ok {
			p = next
			t++
			continue
		}
		if star < 0 {
			return false
		}
		starText++
		p, t = star+1, starText
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// matchOne matches one byte with what stands at p, and returns what comes after it.
func matchOne(pattern []byte, p int, c byte) (next int, ok bool) {
	if p == len(pattern) {
		return p, false
	}
	switch pattern[p] {
	case '?':
		return p + 1, true
	case '[':
		return matchSet(pattern, p+1, c)
	case '\\':
		if p+1 < len(pattern) {
			p++
		}
	}
	return p + 1, pattern[p] == c
}

// matchSet matches one byte with the set that begins at p, after its bracket. A set that is not
// closed ends with the pattern.
func matchSet(pattern []byte, p int, c byte) (next int, ok bool) {
	not := p < len(pattern) && pattern[p] == '^'
	if not {
		p++
	}
	found := false
	for ; p < len(pattern) && pattern[p] != ']'; p++ {
		switch {
		case pattern[p] == '\\' && p+1 < len(pattern):
			p++
			found = found || pattern[p] == c
		case p+2 < len(pattern) && pattern[p+1] == '-':
			low, high := min(pattern[p], pattern[p+2]), max(pattern[p], pattern[p+2])
			p += 2
			found = found || low <= c && c <= high
		default:
			found = found || pattern[p] == c
		}
	}
	return min(p+1, len(pattern)), found != not
}
