// Package resp reads and writes RESP 2, the protocol of Redis.
//
// A command is an array of bulk strings, "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", or a line of words, as
// people type it ("inline"). [Reader] takes commands out of a connection where they lie in its
// buffer; the Append functions make replies. What is refused, and in which words, is as in Redis
// 7.0 (networking.c: processMultibulkBuffer, processInlineBuffer).
package resp

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

// Command is what a client asks for.
type Command struct {
	// Args are the name and the arguments: at least one, unless the command is refused.
	Args [][]byte
	// Refused tells that the command was longer than the reader may hold: it was read over.
	Refused bool
}

// ProtocolError is what a client is told that does not speak RESP; the connection ends with it.
type ProtocolError string

func (e ProtocolError) Error() string { return "Protocol error: " + string(e) }

// Split appends the elements of an array of bulk strings at the start of b to args, and returns how
// long the array is.
func Split(b []byte, args [][]byte) (_ [][]byte, size int, err error) {
	count, at, err := header(b, '*')
	if err != nil || at == 0 {
		return args, 0, cut(err, b)
	}
	for range count {
		length, n, err := header(b[at:], '$')
		if err != nil || n == 0 || len(b)-at-n < length+2 {
			return args, 0, cut(err, b)
		}
		at += n
		args = append(args, b[at:at+length:at+length])
		at += length + 2
	}
	return args, at, nil
}

func cut(err error, b []byte) error {
	if err == nil {
		err = fmt.Errorf("resp: an array of %d bytes: want more", len(b))
	}
	return err
}

// header reads a line such as "*2\r\n", which starts an array or a bulk string. Size is 0 if the
// line is not complete.
func header(b []byte, kind byte) (n, size int, err error) {
	if len(b) > 0 && b[0] == kind {
		if n, size = small(b[1:]); size > 0 {
			return n, 1 + size, nil
		}
	}
	text, size := line(b)
	if text == nil {
		if len(b) > lineBytesMax {
			err = ProtocolError("too big " + headerNames[kind] + " count string")
		}
		return 0, 0, err
	}
	if text[0] != kind {
		return 0, 0, ProtocolError(fmt.Sprintf("expected '%c', got '%c'", kind, text[0]))
	}
	value, ok := Int(text[1:])
	switch {
	case kind == '*' && (!ok || value > argsMax):
		return 0, 0, ProtocolError("invalid multibulk length")
	case kind == '$' && (!ok || value < 0 || value > BulkBytesMax):
		return 0, 0, ProtocolError("invalid bulk length")
	}
	return int(value), size, nil
}

// small reads a line that holds a number of a few digits and nothing else: nearly all headers do.
// Size is 0 if it holds something else, or is not complete.
func small(b []byte) (n, size int) {
	for i := 0; i <= smallDigits && i+1 < len(b); i++ {
		c := b[i]
		switch {
		case c == '\r' && i > 0:
			return n, i + 2
		case c < '0' || c > '9' || i > 0 && n == 0:
			return 0, 0
		}
		n = 10*n + int(c-'0')
	}
	return 0, 0
}

// What Redis calls the two kinds of headers.
var headerNames = map[byte]string{'*': "mbulk", '$': "bulk"}

// line returns the text before "\r\n", and the length of both. Text is nil if there is none yet.
// Like Redis, it takes any byte for the "\n", and an empty line for one with a zero byte.
func line(b []byte) (text []byte, size int) {
	end := bytes.IndexByte(b, '\r')
	if end < 0 || end+2 > len(b) {
		return nil, 0
	}
	if end == 0 {
		return b[:1], 2
	}
	return b[:end], end + 2
}

// Int reads a number as Redis does: a 64-bit integer in the one way that it would be printed.
func Int(text []byte) (n int64, ok bool) {
	digits := text
	negative := len(text) > 0 && text[0] == '-'
	if negative {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > 19 || digits[0] == '0' && len(text) > 1 {
		return 0, false
	}
	var u uint64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		u = u*10 + uint64(c-'0')
	}
	switch {
	case negative:
		return -int64(u), u <= -math.MinInt64
	default:
		return int64(u), u <= math.MaxInt64
	}
}

// AppendSimple appends a simple string, such as OK.
func AppendSimple(b []byte, text string) []byte {
	b = append(b, '+')
	b = append(b, text...)
	return append(b, '\r', '\n')
}

// AppendError appends an error; its text begins with a code in capitals, such as ERR.
func AppendError(b []byte, text string) []byte {
	b = append(b, '-')
	for _, c := range []byte(text) {
		if c == '\r' || c == '\n' {
			c = ' '
		}
		b = append(b, c)
	}
	return append(b, '\r', '\n')
}

// AppendInt appends an integer.
func AppendInt(b []byte, n int64) []byte { return appendHeader(b, ':', n) }

// AppendArray appends the start of an array; its elements follow.
func AppendArray(b []byte, count int) []byte { return appendHeader(b, '*', int64(count)) }

// AppendNull appends the bulk string that is not there.
func AppendNull(b []byte) []byte { return append(b, "$-1\r\n"...) }

// AppendBulk appends a bulk string.
func AppendBulk[T string | []byte](b []byte, text T) []byte {
	b = appendHeader(b, '$', int64(len(text)))
	b = append(b, text...)
	return append(b, '\r', '\n')
}

func appendHeader(b []byte, kind byte, n int64) []byte {
	b = append(b, kind)
	b = strconv.AppendInt(b, n, 10)
	return append(b, '\r', '\n')
}

// AppendCommand appends a command.
func AppendCommand[T string | []byte](b []byte, args ...T) []byte {
	b = AppendArray(b, len(args))
	for _, a := range args {
		b = AppendBulk(b, a)
	}
	return b
}

// CutHeader splits a reply into the number in its first line and what comes after that line. It is
// for replies that this package has made.
func CutHeader(reply []byte) (n int64, rest []byte, ok bool) {
	text, size := line(reply)
	if text == nil {
		return 0, nil, false
	}
	n, ok = Int(text[1:])
	return n, reply[size:], ok
}

// CutBulk cuts off the bulk string that b begins with, as it is on the wire. It is nil if there is
// none.
func CutBulk(b []byte) (bulk, rest []byte) {
	n, after, ok := CutHeader(b)
	if !ok || n >= 0 && n > int64(len(after)-2) {
		return nil, nil
	}
	size := len(b) - len(after)
	if n >= 0 {
		size += int(n) + 2
	}
	return b[:size], b[size:]
}
