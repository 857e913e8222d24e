package kv

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"

	"skerry/apps/kv/resp"
)

// merge makes one answer of the replies of several shards, none of which is an error.
type merge func(c *client, a *answer)

// merges are those of the commands that go to several shards.
var merges = map[string]merge{
	"mget":      mergeValues,
	"mset":      mergeOK,
	"del":       mergeSum,
	"exists":    mergeSum,
	"dbsize":    mergeSum,
	"flushall":  mergeOK,
	"keys":      mergeLists,
	"randomkey": mergeRandom,
}

func mergeOK(c *client, _ *answer) { c.out = resp.AppendSimple(c.out, "OK") }

func mergeSum(c *client, a *answer) {
	var sum int64
	for i := a.from; i < a.to; i++ {
		n, _, _ := resp.CutHeader(c.reply(i))
		sum += n
	}
	c.out = resp.AppendInt(c.out, sum)
}

// mergeLists puts arrays together.
func mergeLists(c *client, a *answer) {
	var sum int64
	for i := a.from; i < a.to; i++ {
		n, _, _ := resp.CutHeader(c.reply(i))
		sum += n
	}
	c.out = resp.AppendArray(c.out, int(sum))
	for i := a.from; i < a.to; i++ {
		_, elements, _ := resp.CutHeader(c.reply(i))
		c.out = append(c.out, elements...)
	}
}

// mergeValues puts arrays of bulk strings together in the order of the keys that they are for.
func mergeValues(c *client, a *answer) {
	rest := make([][]byte, c.server.router.shards) // of each shard's reply
	next := a.from
	for shard := range rest {
		if slices.Contains(a.shards, shard) {
			_, rest[shard], _ = resp.CutHeader(c.reply(next))
			next++
		}
	}
	c.out = resp.AppendArray(c.out, len(a.shards))
	for _, shard := range a.shards {
		var value []byte
		value, rest[shard] = resp.CutBulk(rest[shard])
		c.out = append(c.out, value...)
	}
}

// mergeRandom takes one of the keys that there are.
func mergeRandom(c *client, a *answer) {
	chosen, count := resp.AppendNull(nil), 0
	for i := a.from; i < a.to; i++ {
		if reply := c.reply(i); !bytes.Equal(reply, resp.AppendNull(nil)) {
			if count++; rand.IntN(count) == 0 {
				chosen = reply
			}
		}
	}
	c.out = append(c.out, chosen...)
}

// mergeCursor makes a shard's position a cursor of all shards.
func mergeCursor(c *client, a *answer) {
	_, rest, _ := resp.CutHeader(c.reply(a.from))
	text, keys := resp.CutBulk(rest)
	_, text, _ = resp.CutHeader(text)
	position, _ := strconv.ParseUint(string(bytes.TrimSuffix(text, []byte("\r\n"))), 10, 64)
	shard := a.shards[0]
	if position == 0 {
		shard = (shard + 1) % c.server.router.shards
	}
	c.out = resp.AppendArray(c.out, 2)
	c.out = resp.AppendBulk(c.out, strconv.FormatUint(position*shardsMax+uint64(shard), 10))
	c.out = append(c.out, keys...)
}
