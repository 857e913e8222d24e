package kv

import (
	"bytes"
	"context"
	"errors"
	"net"
	"runtime"
	"sync/atomic"
	"time"

	"skerry/apps/kv/resp"
	"skerry/apps/kv/shard"
)

// client is a connection. Its goroutine takes commands from what has arrived, up to a window of
// them, has the shards carry them out together, and writes the answers in the commands' order.
type client struct {
	server *server
	id     uint64
	conn   net.Conn
	in     *resp.Reader
	start  time.Time
	name   string // by CLIENT SETNAME; under the server's lock

	batch   *shard.Batch
	answers []answer // to what was taken
	local   []byte   // what is to be answered to commands that no shard is asked for
	scratch []byte   // what shards are asked for
	out     []byte
	window  int
	leaving bool // after these answers

	writingSince atomic.Int64 // unix seconds; 0: it does not write
}

// answer is where the answer to a command comes from.
type answer struct {
	// Local answers are client.local[from:to]; others are made of the replies to the batch's
	// commands from:to, by merge if it is not nil.
	local    bool
	from, to int
	merge    merge
	shards   []int // of each key, for mergeValues
}

func newClient(s *server, id uint64, conn net.Conn) *client {
	return &client{
		server: s, id: id, conn: conn, in: resp.NewReader(conn, s.budget), start: time.Now(),
		batch: s.node.NewBatch(), window: pipelineMin,
	}
}

// serve serves the client until it leaves.
func (c *client) serve() {
	defer c.in.Close()
	defer c.conn.Close()
	for {
		all := c.take()
		several := len(c.answers) > 1
		if !c.answer() || c.leaving {
			return
		}
		if several { // the others' answers first: by then the next commands may be there
			runtime.Gosched()
		}
		if all && c.in.Fill() != nil {
			return
		}
	}
}

// take begins what has arrived. It tells whether that was all.
func (c *client) take() (all bool) {
	for range c.window {
		command, ok, err := c.in.TryNext()
		if err != nil {
			c.server.malformed.Add(1)
			c.fail("ERR " + err.Error())
			c.leaving = true
			return true
		}
		if !ok {
			return true
		}
		c.begin(command)
		if c.leaving {
			return true
		}
	}
	return false
}

// answer has the shards carry out what was begun, and writes the answers.
func (c *client) answer() bool {
	if len(c.answers) == 0 {
		return true
	}
	c.server.commands.Add(uint64(len(c.answers)))
	if err := c.batch.Do(context.Background()); err != nil {
		return false
	}
	for i := range c.answers {
		c.finish(&c.answers[i])
	}
	c.batch.Reset()
	clear(c.answers) // of what merging them took
	c.answers, c.local, c.scratch = c.answers[:0], c.local[:0], emptied(c.scratch)
	return c.flush()
}

// finish appends an answer to what is to be written.
func (c *client) finish(a *answer) {
	if a.local {
		c.out = append(c.out, c.local[a.from:a.to]...)
		return
	}
	for i := a.from; i < a.to; i++ {
		reply, err := c.batch.Reply(i)
		if err != nil {
			c.out = resp.AppendError(c.out, c.server.explain(err))
			return
		}
		if a.merge == nil || bytes.HasPrefix(reply, []byte{'-'}) {
			c.out = append(c.out, reply...)
			return
		}
	}
	a.merge(c, a)
}

// explain returns what a client is told if a shard has no reply.
func (s *server) explain(err error) string {
	if errors.Is(err, shard.ErrInDoubt) {
		s.inDoubt.Add(1)
		return inDoubt
	}
	return "ERR " + err.Error()
}

// reply returns a reply that finish has looked at.
func (c *client) reply(i int) []byte {
	reply, _ := c.batch.Reply(i)
	return reply
}

// flush writes the answers. Long ones make the window small, so that no client can ask for many
// long ones at once; it opens again with each short one.
func (c *client) flush() bool {
	if c.window = min(2*c.window, pipelineMax); len(c.out) > pipelineBytesMax {
		c.window = 1
	}
	c.writingSince.Store(time.Now().Unix())
	_, err := c.conn.Write(c.out)
	c.writingSince.Store(0)
	c.out = emptied(c.out)
	return err == nil
}

// emptied returns the memory of a buffer for further use, unless that is too much.
func emptied(buffer []byte) []byte {
	if cap(buffer) > bufferBytesKept {
		return nil
	}
	return buffer[:0]
}

// say adds an answer of this core's own.
func (c *client) say(text func(b []byte) []byte) {
	from := len(c.local)
	c.local = text(c.local)
	c.answers = append(c.answers, answer{local: true, from: from, to: len(c.local)})
}

func (c *client) ok() { c.say(func(b []byte) []byte { return resp.AppendSimple(b, "OK") }) }

func (c *client) fail(text string) {
	c.say(func(b []byte) []byte { return resp.AppendError(b, text) })
}

func (c *client) bulk(text string) {
	c.say(func(b []byte) []byte { return resp.AppendBulk(b, text) })
}

func (c *client) number(n int64) {
	c.say(func(b []byte) []byte { return resp.AppendInt(b, n) })
}
