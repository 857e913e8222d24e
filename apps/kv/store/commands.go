package store

import "fmt"

// Spec is what is known of a command.
type Spec struct {
	Name  string // in small letters
	Arity int    // how many words it has; negative: at least so many
	Write bool   // it may change keys
	Keys  Keys
	run   func(s *Store, args [][]byte) // nil for what no single store can do
}

// Keys tells where a command's keys are.
type Keys uint8

// The ways that commands take keys. Those that take many are split by shard.
const (
	NoKey     Keys = iota
	OneKey         // the first argument
	ManyKeys       // all arguments
	KeyValues      // each argument of odd number
	AllShards      // none: the command goes to all shards
)

// commands are those that stores run. The three at the end are not for clients.
var commands = map[string]Spec{
	"get":      {"get", 2, false, OneKey, get},
	"set":      {"set", -3, true, OneKey, set},
	"setnx":    {"setnx", 3, true, OneKey, setnx},
	"getset":   {"getset", 3, true, OneKey, getset},
	"append":   {"append", 3, true, OneKey, appendTo},
	"strlen":   {"strlen", 2, false, OneKey, strlen},
	"getrange": {"getrange", 4, false, OneKey, getrange},
	"setrange": {"setrange", 4, true, OneKey, setrange},
	"incr":     {"incr", 2, true, OneKey, incr},
	"decr":     {"decr", 2, true, OneKey, decr},
	"incrby":   {"incrby", 3, true, OneKey, incrby},
	"decrby":   {"decrby", 3, true, OneKey, decrby},
	"expire":   {"expire", -3, true, OneKey, expire},
	"pexpire":  {"pexpire", -3, true, OneKey, pexpire},
	"ttl":      {"ttl", 2, false, OneKey, ttl},
	"pttl":     {"pttl", 2, false, OneKey, pttl},
	"persist":  {"persist", 2, true, OneKey, persist},
	"type":     {"type", 2, false, OneKey, typeOf},
	"mget":     {"mget", -2, false, ManyKeys, mget},
	"mset":     {"mset", -3, true, KeyValues, mset},
	"del":      {"del", -2, true, ManyKeys, del},
	"exists":   {"exists", -2, false, ManyKeys, exists},
	"keys":     {"keys", 2, false, AllShards, keys},
	"dbsize":   {"dbsize", 1, false, AllShards, dbsize},
	"flushall": {"flushall", -1, true, AllShards, flushall},
	// One shard after another, with the position in the first argument:
	"scan": {"scan", -2, false, NoKey, scan},
	// One shard, then perhaps others:
	"randomkey": {"randomkey", 1, false, NoKey, randomkey},
	// Removes those of its keys that have expired: of Sweep.
	Evict: {Evict, -2, true, NoKey, evict},
}

// Evict is a command that no client may send: it has a letter that no name has.
const Evict = "*evict"

// Find returns the command of a name, in whatever case.
func Find(name []byte) (Spec, bool) {
	var small [nameBytesMax]byte
	if len(name) > len(small) {
		return Spec{}, false
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		small[i] = c
	}
	c, ok := commands[string(small[:len(name)])]
	return c, ok
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
