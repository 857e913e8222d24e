package store

import (
	"encoding/binary"
	"slices"
)

// A command comes to a store, and travels between cores, as the place of its Spec in commands, and
// its arguments, each behind its length in four bytes, low byte first. So a client's words are
// taken apart once, where they come in.
//
//	offset   0        1             2       6
//	         initial  place behind  length  argument  length  argument ...
const headBytes, lengthBytes = 2, 4

// Append appends the command with some arguments.
func (c *Spec) Append(b []byte, args ...[]byte) []byte {
	initial := c.Name[0]
	b = append(b, initial, uint8(slices.Index(commands[initial], c)))
	for _, arg := range args {
		b = AppendArg(b, arg)
	}
	return b
}

// AppendArg appends an argument to a command.
func AppendArg(b, arg []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(arg))), arg...)
}

// Command returns the command of a name, which must be one that there is.
func Command(name string, args ...[]byte) []byte {
	c, _ := Find([]byte(name))
	return c.Append(nil, args...)
}

// parse takes a command apart, and appends its arguments to args. False: it is none.
func parse(command []byte, args [][]byte) (c *Spec, _ [][]byte, ok bool) {
	if len(command) < headBytes || int(command[1]) >= len(commands[command[0]]) {
		return nil, args, false
	}
	rest := command[headBytes:]
	for len(rest) >= lengthBytes {
		end := lengthBytes + int(binary.LittleEndian.Uint32(rest))
		if end > len(rest) {
			break
		}
		args = append(args, rest[lengthBytes:end:end])
		rest = rest[end:]
	}
	return commands[command[0]][command[1]], args, len(rest) == 0
}

// firstArg returns the first argument of a command; nil if there is none.
func firstArg(command []byte) []byte {
	const start = headBytes + lengthBytes
	if len(command) < start {
		return nil
	}
	end := start + int(binary.LittleEndian.Uint32(command[headBytes:]))
	if end > len(command) {
		return nil
	}
	return command[start:end]
}
