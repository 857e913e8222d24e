// Package nearest finds the word that somebody who made a slip may have meant.
package nearest

// To returns the word that is spelt most like what was written, if one is anything like it.
func To(written string, words []string) (word string, ok bool) {
	least := len(written) + 1
	for _, w := range words {
		if d := Distance(written, w); d < least {
			word, least = w, d
		}
	}
	return word, word != ""
}

// Distance returns how many letters must be put in, left out or changed to make a into b.
func Distance(a, b string) int {
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
