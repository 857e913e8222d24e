package kv

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"skerry/apps/kv/resp"
	"skerry/apps/kv/store"
)

// own is a command that a core answers by itself.
type own struct {
	store.Spec
	run func(c *client, args [][]byte)
}

// ownCommands returns them by name.
func ownCommands() map[string]own {
	all := map[string]own{}
	for _, o := range []own{
		{store.Spec{Name: "ping", Arity: -1}, ping},
		{store.Spec{Name: "echo", Arity: 2}, echo},
		{store.Spec{Name: "select", Arity: 2}, selectDB},
		{store.Spec{Name: "quit", Arity: -1}, quit},
		{store.Spec{Name: "info", Arity: -1}, info},
		{store.Spec{Name: "command", Arity: -1}, command},
		{store.Spec{Name: "config", Arity: -2}, config},
		{store.Spec{Name: "client", Arity: -2}, clientCommand},
	} {
		all[o.Name] = o
	}
	return all
}

func ping(c *client, args [][]byte) {
	switch len(args) {
	case 1:
		c.say(func(b []byte) []byte { return resp.AppendSimple(b, "PONG") })
	case 2:
		c.bulk(string(args[1]))
	default:
		c.fail(store.ArityError("ping"))
	}
}

func echo(c *client, args [][]byte) { c.bulk(string(args[1])) }

// selectDB: SELECT 0. There is one database.
func selectDB(c *client, args [][]byte) {
	n, ok := resp.Int(args[1])
	switch {
	case !ok:
		c.fail(store.NotInteger)
	case n != 0:
		c.fail(badDatabase)
	default:
		c.ok()
	}
}

func quit(c *client, _ [][]byte) {
	c.ok()
	c.leaving = true
}

// subcommands runs the one of a command's that args[1] names.
func (c *client) subcommands(args [][]byte, all []own) {
	name := strings.ToLower(string(args[1]))
	i := slices.IndexFunc(all, func(o own) bool { return o.Name == name })
	switch {
	case i < 0:
		c.fail(fmt.Sprintf("ERR unknown subcommand '%s'. Try %s HELP.",
			shorten(args[1], unknownBytesMax), strings.ToUpper(string(args[0]))))
	case !all[i].Takes(len(args)):
		c.fail(store.ArityError(strings.ToLower(string(args[0])) + "|" + name))
	default:
		all[i].run(c, args[2:])
	}
}

// clientCommand: CLIENT ID | GETNAME | SETNAME name | INFO | LIST.
func clientCommand(c *client, args [][]byte) {
	c.subcommands(args, []own{
		{store.Spec{Name: "id", Arity: 2}, func(c *client, _ [][]byte) { c.number(int64(c.id)) }},
		{store.Spec{Name: "getname", Arity: 2}, getName},
		{store.Spec{Name: "setname", Arity: 3}, setName},
		{store.Spec{Name: "info", Arity: 2}, func(c *client, _ [][]byte) {
			c.bulk(c.server.describe(c))
		}},
		{store.Spec{Name: "list", Arity: -2}, func(c *client, _ [][]byte) {
			c.bulk(c.server.describe())
		}},
	})
}

func getName(c *client, _ [][]byte) {
	if c.name == "" {
		c.say(resp.AppendNull)
		return
	}
	c.bulk(c.name)
}

func setName(c *client, args [][]byte) {
	name := string(args[0])
	if len(name) > nameBytesMax || strings.ContainsFunc(name, func(r rune) bool {
		return r < '!' || r > '~'
	}) {
		c.fail(badName)
		return
	}
	c.server.mu.Lock()
	c.name = name
	c.server.mu.Unlock()
	c.ok()
}

// describe returns a line for each of some clients, or for all of this core.
func (s *server) describe(some ...*client) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(some) == 0 {
		for _, c := range s.clients {
			some = append(some, c)
		}
		slices.SortFunc(some, func(a, b *client) int { return int(a.id) - int(b.id) })
	}
	var lines strings.Builder
	for _, c := range some {
		fmt.Fprintf(&lines, "id=%d addr=%v laddr=%v name=%s age=%d db=0 user=default resp=2\n",
			c.id, c.conn.RemoteAddr(), c.conn.LocalAddr(), c.name,
			int(time.Since(c.start).Seconds()))
	}
	return lines.String()
}

// config: CONFIG GET pattern...
func config(c *client, args [][]byte) {
	c.subcommands(args, []own{{store.Spec{Name: "get", Arity: -3}, configGet}})
}

func configGet(c *client, patterns [][]byte) {
	var found []string
	for _, pair := range c.server.settings() {
		if slices.ContainsFunc(patterns, func(p []byte) bool {
			return store.Matches([]byte(strings.ToLower(string(p))), pair[0])
		}) {
			found = append(found, pair[0], pair[1])
		}
	}
	c.say(func(b []byte) []byte { return resp.AppendCommand(b, found...) })
}

// settings are what CONFIG GET tells.
func (s *server) settings() [][2]string {
	return [][2]string{
		{"appendonly", "no"},
		{"databases", "1"},
		{"maxclients", fmt.Sprint(s.options.clientsMax)},
		{"maxmemory", fmt.Sprint(s.options.bytesMax)},
		{"maxmemory-policy", "noeviction"},
		{"port", fmt.Sprint(s.options.port)},
		{"proto-max-bulk-len", fmt.Sprint(resp.BulkBytesMax)},
		{"save", ""},
		{"timeout", "0"},
	}
}
