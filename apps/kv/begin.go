package kv

import (
	"bytes"
	"strconv"
	"strings"

	"skerry/apps/kv/resp"
	"skerry/apps/kv/store"
)

// begin asks the shards for what a command needs, or answers at once.
func (c *client) begin(command resp.Command) {
	if command.Refused {
		c.server.refused.Add(1)
		c.fail(store.OutOfMemory)
		return
	}
	args := command.Args
	spec, ok := store.Find(args[0])
	if ok && spec.Name[0] != '*' {
		if !spec.Takes(len(args)) {
			c.fail(spec.ArityError())
			return
		}
		c.route(spec, args[1:])
		return
	}
	own, ok := c.server.own[strings.ToLower(string(args[0]))]
	switch {
	case !ok:
		c.fail(unknown(args))
	case !own.Takes(len(args)):
		c.fail(own.ArityError())
	default:
		own.run(c, args)
	}
}

// route asks the shards that a command is for.
func (c *client) route(spec *store.Spec, args [][]byte) {
	switch spec.Keys {
	case store.OneKey:
		c.ask(c.server.router.shard(args[0]), spec, args)
	case store.ManyKeys:
		c.split(spec, args, 1)
	case store.KeyValues:
		if len(args)%2 != 0 {
			c.fail(spec.ArityError())
			return
		}
		c.split(spec, args, 2)
	case store.AllShards:
		c.askAll(spec, args, merges[spec.Name])
	case store.Cursor:
		c.scan(spec, args)
	}
}

// ask begins a command for one shard.
func (c *client) ask(shard int, spec *store.Spec, args [][]byte) {
	start := len(c.scratch)
	c.scratch = spec.Append(c.scratch, args...)
	i := c.batch.Add(shard, spec.Write, c.scratch[start:])
	c.answers = append(c.answers, answer{from: i, to: i + 1})
}

// askAll begins a command for all shards.
func (c *client) askAll(spec *store.Spec, args [][]byte, merge merge) {
	a := answer{merge: merge}
	start := len(c.scratch)
	c.scratch = spec.Append(c.scratch, args...)
	for shard := range c.server.router.shards {
		i := c.batch.Add(shard, spec.Write, c.scratch[start:])
		if shard == 0 {
			a.from = i
		}
		a.to = i + 1
	}
	c.answers = append(c.answers, a)
}

// split begins a command with several keys, each with the step-1 arguments that follow it: one part
// for each shard that has some of them.
func (c *client) split(spec *store.Spec, args [][]byte, step int) {
	shards := make([]int, 0, len(args)/step)
	counts := make([]int, c.server.router.shards)
	for i := 0; i < len(args); i += step {
		shard := c.server.router.shard(args[i])
		shards = append(shards, shard)
		counts[shard]++
	}
	if counts[shards[0]] == len(shards) {
		c.ask(shards[0], spec, args)
		return
	}
	a := answer{from: -1, merge: merges[spec.Name], shards: shards}
	for shard, count := range counts {
		if count == 0 {
			continue
		}
		start := len(c.scratch)
		c.scratch = spec.Append(c.scratch)
		for i, of := range shards {
			for _, arg := range args[i*step : (i+1)*step] {
				if of == shard {
					c.scratch = store.AppendArg(c.scratch, arg)
				}
			}
		}
		i := c.batch.Add(shard, spec.Write, c.scratch[start:])
		if a.from < 0 {
			a.from = i
		}
		a.to = i + 1
	}
	c.answers = append(c.answers, a)
}

// scan: SCAN cursor [options]. The cursor is a position in a shard, and the shard in its low bits.
func (c *client) scan(spec *store.Spec, args [][]byte) {
	cursor, err := strconv.ParseUint(string(args[0]), 10, 64)
	shard := int(cursor % shardsMax)
	if err != nil || shard >= c.server.router.shards {
		c.fail(store.BadCursor)
		return
	}
	args[0] = strconv.AppendUint(nil, cursor/shardsMax, 10)
	c.ask(shard, spec, args)
	a := &c.answers[len(c.answers)-1]
	a.merge, a.shards = mergeCursor, []int{shard}
}

// unknown returns what a client is told whose command nobody knows.
func unknown(args [][]byte) string {
	var rest strings.Builder
	for _, arg := range args[1:] {
		if rest.Len() >= unknownBytesMax {
			break
		}
		rest.WriteString("'" + shorten(arg, unknownBytesMax-rest.Len()) + "' ")
	}
	return "ERR unknown command '" + shorten(args[0], unknownBytesMax) +
		"', with args beginning with: " + rest.String()
}

// shorten returns the start of an argument, as C's printf would print it with a precision.
func shorten(arg []byte, length int) string {
	arg = arg[:min(length, len(arg))]
	if zero := bytes.IndexByte(arg, 0); zero >= 0 {
		arg = arg[:zero]
	}
	return string(arg)
}
