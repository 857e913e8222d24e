package store

import "fmt"

// Spec is what is known of a command.
type Spec struct {
	Name  string // in small letters
	Arity int    // how many words it has; negative: at least so many
	Write bool   // it may change keys
	Keys  Keys
	run   func(s *Store, args [][]byte)
}

// Keys tells where a command's keys are.
type Keys uint8

// The ways that commands take keys. Those that take many are split by shard.
const (
	NoKey     Keys = iota // it is not for clients, or no shard's business
	OneKey                // the first argument
	ManyKeys              // all arguments
	KeyValues             // each argument of odd number
	AllShards             // none: the command goes to all shards
	Cursor                // none: the first argument tells a place in a shard
)

// commands are those that stores run, by the first letter of their names: few have the same.
var commands = [1 << 8][]*Spec{
	'a': {{"append", 3, true, OneKey, appendTo}},
	'd': {
		{"decr", 2, true, OneKey, decr},
		{"decrby", 3, true, OneKey, decrby},
		{"del", -2, true, ManyKeys, del},
		{"dbsize", 1, false, AllShards, dbsize},
	},
	'e': {
		{"exists", -2, false, ManyKeys, exists},
		{"expire", -3, true, OneKey, expire},
	},
	'f': {{"flushall", -1, true, AllShards, flushall}},
	'g': {
		{"get", 2, false, OneKey, get},
		{"getset", 3, true, OneKey, getset},
		{"getrange", 4, false, OneKey, getrange},
	},
	'i': {
		{"incr", 2, true, OneKey, incr},
		{"incrby", 3, true, OneKey, incrby},
	},
	'k': {{"keys", 2, false, AllShards, keys}},
	'm': {
		{"mget", -2, false, ManyKeys, mget},
		{"mset", -3, true, KeyValues, mset},
	},
	'p': {
		{"persist", 2, true, OneKey, persist},
		{"pexpire", -3, true, OneKey, pexpire},
		{"pttl", 2, false, OneKey, pttl},
	},
	'r': {{"randomkey", 1, false, AllShards, randomkey}},
	's': {
		{"set", -3, true, OneKey, set},
		{"setnx", 3, true, OneKey, setnx},
		{"setrange", 4, true, OneKey, setrange},
		{"strlen", 2, false, OneKey, strlen},
		{"scan", -2, false, Cursor, scan},
	},
	't': {
		{"ttl", 2, false, OneKey, ttl},
		{"type", 2, false, OneKey, typeOf},
	},
	'*': { // not for clients
		{SweepCommand, 2, false, NoKey, sweep},
		{EvictCommand, -2, true, NoKey, evict},
		{StatCommand, 1, false, NoKey, stat},
	},
}

// Commands that no client may send: their names begin with a star.
const (
	SweepCommand = "*sweep"
	EvictCommand = "*evict"
	StatCommand  = "*stat"
)

// Find returns the command of a name, in whatever case. The caller leaves it as it is.
func Find(name []byte) (*Spec, bool) {
	if len(name) == 0 {
		return nil, false
	}
	for _, c := range commands[name[0]|' '] {
		if is(name, c.Name) {
			return c, true
		}
	}
	return nil, false
}

// Takes tells whether a command may have so many words, its name among them.
func (c *Spec) Takes(words int) bool {
	if c.Arity < 0 {
		return words >= -c.Arity
	}
	return words == c.Arity
}

// ArityError is what a client is told that sent too few words or too many.
func (c *Spec) ArityError() string { return ArityError(c.Name) }

// ArityError is the same for any command.
func ArityError(name string) string {
	return fmt.Sprintf("ERR wrong number of arguments for '%s' command", name)
}

// ForClients returns the commands that clients may send.
func ForClients() (all []Spec) {
	for initial, some := range commands {
		for _, c := range some {
			if initial != '*' {
				all = append(all, *c)
			}
		}
	}
	return all
}

// Positions returns which words are keys, as COMMAND tells it: the first, the last, counted from
// the end if negative, and the step between two.
func (c *Spec) Positions() (first, last, step int) {
	switch c.Keys {
	case OneKey:
		return 1, 1, 1
	case ManyKeys:
		return 1, -1, 1
	case KeyValues:
		return 1, -1, 2
	}
	return 0, 0, 0
}
