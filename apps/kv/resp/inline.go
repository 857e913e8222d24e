package resp

import "bytes"

// inline reads a command that is a line of words; there may be none in it.
func (r *Reader) inline() (c Command, ok bool, err error) {
	in := r.buf[r.start:r.end]
	end := bytes.IndexByte(in, '\n')
	if end < 0 {
		if len(in) > lineBytesMax {
			return c, false, ProtocolError("too big inline request")
		}
		return c, false, nil
	}
	words, ok := splitWords(bytes.TrimSuffix(in[:end], []byte{'\r'}))
	if !ok {
		return c, false, ProtocolError("unbalanced quotes in request")
	}
	r.start += end + 1
	return Command{Args: words}, true, nil
}

// splitWords splits a line as sdssplitargs does: at white space, but for what is in quotes. In
// double quotes \n \r \t \b \a and \x1b stand for the bytes that they do in C; in single quotes
// only \' is special.
func splitWords(line []byte) (words [][]byte, ok bool) {
	for {
		line = bytes.TrimLeft(line, " \t\n\v\f\r")
		if len(line) == 0 || line[0] == 0 {
			return words, true
		}
		var word []byte
		if word, line, ok = cutWord(line); !ok {
			return nil, false
		}
		words = append(words, word)
	}
}

// cutWord cuts off the first word of a line. A quote that closes must end the word.
func cutWord(line []byte) (word, rest []byte, ok bool) {
	word = []byte{}
	for len(line) > 0 {
		switch c := line[0]; {
		case isSpace(c) || c == 0:
			return word, line, true
		case c == '"' || c == '\'':
			word, line, ok = cutQuoted(word, line[1:], c)
			if !ok || len(line) > 0 && !isSpace(line[0]) {
				return nil, nil, false
			}
		default:
			word, line = append(word, c), line[1:]
		}
	}
	return word, nil, true
}

// cutQuoted appends to word what stands before the closing quote, and returns what comes after it.
func cutQuoted(word, line []byte, quote byte) (_, rest []byte, ok bool) {
	for len(line) > 0 && line[0] != 0 {
		size := 1
		c := line[0]
		switch {
		case c == quote:
			return word, line[1:], true
		case c == '\\' && len(line) > 1 && quote == '"':
			c, size = escape(line)
		case c == '\\' && len(line) > 1 && line[1] == '\'':
			c, size = '\'', 2
		}
		word, line = append(word, c), line[size:]
	}
	return nil, nil, false
}

// escape returns what an escape in double quotes stands for, and how long it is.
func escape(line []byte) (c byte, size int) {
	if len(line) >= 4 && line[1] == 'x' {
		high, ok1 := hexDigit(line[2])
		low, ok2 := hexDigit(line[3])
		if ok1 && ok2 {
			return high<<4 | low, 4
		}
	}
	switch line[1] {
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'b':
		return '\b', 2
	case 'a':
		return '\a', 2
	}
	return line[1], 2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
