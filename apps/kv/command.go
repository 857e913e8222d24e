package kv

import (
	"slices"
	"strings"

	"skerry/apps/kv/resp"
	"skerry/apps/kv/store"
)

// command: COMMAND [COUNT | LIST | INFO name... | DOCS].
func command(c *client, args [][]byte) {
	all := c.server.allCommands()
	if len(args) == 1 {
		c.say(func(b []byte) []byte { return appendSpecs(b, all) })
		return
	}
	c.subcommands(args, []own{
		{store.Spec{Name: "count", Arity: 2}, func(c *client, _ [][]byte) {
			c.number(int64(len(all)))
		}},
		{store.Spec{Name: "list", Arity: 2}, func(c *client, _ [][]byte) {
			c.say(func(b []byte) []byte { return appendNames(b, all) })
		}},
		{store.Spec{Name: "info", Arity: -2}, func(c *client, names [][]byte) {
			c.say(func(b []byte) []byte { return appendInfo(b, all, names) })
		}},
		{store.Spec{Name: "docs", Arity: -2}, func(c *client, _ [][]byte) {
			c.say(func(b []byte) []byte { return resp.AppendArray(b, 0) }) // they are in README.md
		}},
	})
}

// allCommands returns what clients may ask for, by name.
func (s *server) allCommands() []store.Spec {
	all := store.ForClients()
	for _, o := range s.own {
		all = append(all, o.Spec)
	}
	slices.SortFunc(all, func(a, b store.Spec) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func appendNames(b []byte, all []store.Spec) []byte {
	b = resp.AppendArray(b, len(all))
	for _, spec := range all {
		b = resp.AppendBulk(b, spec.Name)
	}
	return b
}

// appendInfo describes the commands of the given names, or all.
func appendInfo(b []byte, all []store.Spec, names [][]byte) []byte {
	if len(names) == 0 {
		return appendSpecs(b, all)
	}
	b = resp.AppendArray(b, len(names))
	for _, name := range names {
		i := slices.IndexFunc(all, func(s store.Spec) bool {
			return strings.EqualFold(s.Name, string(name))
		})
		if i < 0 {
			b = resp.AppendNull(b)
			continue
		}
		b = appendSpec(b, &all[i])
	}
	return b
}

func appendSpecs(b []byte, all []store.Spec) []byte {
	b = resp.AppendArray(b, len(all))
	for i := range all {
		b = appendSpec(b, &all[i])
	}
	return b
}

// appendSpec describes a command as Redis 7.0 does, with nothing in the last four parts: access
// categories, tips, key specifications, subcommands.
func appendSpec(b []byte, s *store.Spec) []byte {
	flag := "readonly"
	switch {
	case s.Keys == store.NoKey:
		flag = "fast"
	case s.Write:
		flag = "write"
	}
	first, last, step := s.Positions()
	b = resp.AppendArray(b, 10)
	b = resp.AppendBulk(b, s.Name)
	b = resp.AppendInt(b, int64(s.Arity))
	b = resp.AppendSimple(resp.AppendArray(b, 1), flag)
	for _, n := range []int{first, last, step} {
		b = resp.AppendInt(b, int64(n))
	}
	for range 4 {
		b = resp.AppendArray(b, 0)
	}
	return b
}
