// Package recorder is a number of clients of a store that speaks Redis's protocol over TCP. They
// read and write a few keys while whoever uses the recorder makes the machine's cores die, and note
// what they see; then the history is judged.
package recorder

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"skerry/test/history"
)

const (
	// patience is how long a client waits for a reply, and for a connection.
	patience = 10 * time.Second

	// pipelineMax bounds the requests that a client makes at once.
	pipelineMax = 8

	// lifeRequestsMax is after how many requests a client connects anew, perhaps to another core.
	lifeRequestsMax = 1000

	// pause is how long a client waits before it connects again.
	pause = time.Millisecond
)

// Recorder is clients at work.
type Recorder struct {
	address string
	keys    int
	past    history.History
	names   atomic.Int64 // of clients and values
	failed  atomic.Int64
	over    atomic.Bool
	all     sync.WaitGroup
}

// Start starts clients of the store at an address.
func Start(address string, clients, keys int) *Recorder {
	r := &Recorder{address: address, keys: keys}
	for range clients {
		r.all.Go(r.live)
	}
	return r
}

// Counts is what clients did.
type Counts struct {
	Begun  int
	Ended  int // well
	Failed int // with an error that the store told; the others with their connection
}

// Stop ends the clients, reads each key once more, and returns what was done.
func (r *Recorder) Stop() (Counts, error) {
	r.over.Store(true)
	r.all.Wait()
	err := r.readAll()
	begun, ended := r.past.Len()
	return Counts{Begun: begun, Ended: ended, Failed: int(r.failed.Load())}, err
}

// Check tells what is wrong with what the clients saw.
func (r *Recorder) Check() error { return r.past.Check() }

// live is one client after the other.
func (r *Recorder) live() {
	for !r.over.Load() {
		if c, err := r.connect(); err == nil {
			for i := 0; i < lifeRequestsMax && !r.over.Load(); i++ {
				if c.ask(1+rand.IntN(pipelineMax)) != nil {
					break
				}
			}
			c.conn.Close()
		}
		time.Sleep(pause)
	}
}

// readAll reads each key.
func (r *Recorder) readAll() error {
	c, err := r.connect()
	if err != nil {
		return err
	}
	defer c.conn.Close()
	for i := range r.keys {
		if err := c.do([]request{r.read(c.name, r.key(i))}); err != nil {
			return fmt.Errorf("recorder: read at the end: %w", err)
		}
	}
	return nil
}

// client is a connection.
type client struct {
	*Recorder
	name int
	conn net.Conn
	in   *bufio.Reader
}

func (r *Recorder) connect() (*client, error) {
	conn, err := net.DialTimeout("tcp", r.address, patience)
	if err != nil {
		return nil, err
	}
	return &client{r, r.name(), conn, bufio.NewReader(conn)}, nil
}

func (r *Recorder) name() int { return int(r.names.Add(1)) }

func (r *Recorder) key(i int) string { return fmt.Sprint("key:", i) }

// request is one operation.
type request struct {
	op   int
	text []byte
}

func (r *Recorder) read(client int, key string) request {
	return request{r.past.Read(client, key), command("GET", key)}
}

func (r *Recorder) write(client int, key string) request {
	value := fmt.Sprint("value:", r.name())
	return request{r.past.Write(client, key, value), command("SET", key, value)}
}

func (r *Recorder) swap(client int, key string) request {
	value := fmt.Sprint("value:", r.name())
	return request{r.past.Swap(client, key, value), command("GETSET", key, value)}
}

// command returns a command as it travels.
func command(words ...string) []byte {
	text := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, w := range words {
		text = fmt.Appendf(text, "$%d\r\n%s\r\n", len(w), w)
	}
	return text
}

// ask makes a number of requests at once; to the history, each is of a client of its own.
func (c *client) ask(count int) error {
	var batch []request
	for range count {
		name, key := c.Recorder.name(), c.key(rand.IntN(c.keys))
		switch rand.IntN(4) {
		case 0:
			batch = append(batch, c.write(name, key))
		case 1:
			batch = append(batch, c.swap(name, key))
		default:
			batch = append(batch, c.read(name, key))
		}
	}
	return c.do(batch)
}

// do sends requests and takes the replies. Error: the connection is of no more use.
func (c *client) do(batch []request) error {
	var text []byte
	for _, q := range batch {
		text = append(text, q.text...)
	}
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := c.conn.Write(text); err != nil {
		return err
	}
	for _, q := range batch {
		value, refused, err := c.reply()
		switch {
		case err != nil:
			return err
		case refused:
			c.failed.Add(1)
		default:
			c.past.End(q.op, value)
		}
	}
	return nil
}

// reply reads a reply: a simple string, a bulk string, or null, which is ""; or an error.
func (c *client) reply() (value string, refused bool, err error) {
	line, err := c.in.ReadString('\n')
	if err != nil {
		return "", false, err
	}
	line = strings.TrimSuffix(line, "\r\n")
	switch line[0] {
	case '+':
		return line[1:], false, nil
	case '-':
		return line[1:], true, nil
	case '$':
		size, err := strconv.Atoi(line[1:])
		if err != nil || size < 0 {
			return "", false, err
		}
		body := make([]byte, size+len("\r\n"))
		_, err = io.ReadFull(c.in, body)
		return string(body[:size]), false, err
	}
	return "", false, fmt.Errorf("recorder: reply %q: want a string or an error", line)
}
