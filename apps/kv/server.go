package kv

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"skerry/apps/kv/resp"
	"skerry/apps/kv/shard"
	"skerry/coreos"
	"skerry/kernel"
)

// server serves the clients of one core.
type server struct {
	core    kernel.CoreID
	life    uint64
	options options
	node    *shard.Node
	router  router
	budget  *resp.Budget
	own     map[string]own
	start   time.Time

	mu      sync.Mutex
	clients map[uint64]*client
	nextID  uint64

	counters
}

// counters are what INFO tells.
type counters struct {
	connections atomic.Uint64 // accepted
	rejected    atomic.Uint64 // because there were too many
	slow        atomic.Uint64 // closed because they did not read
	commands    atomic.Uint64
	malformed   atomic.Uint64 // clients that do not speak RESP
	refused     atomic.Uint64 // commands that were too long
	inDoubt     atomic.Uint64 // commands whose core died
}

func newServer(s *coreos.OS, o options, node *shard.Node) *server {
	boot := s.Core().Boot()
	return &server{
		core: boot.Core, life: boot.Incarnation, options: o, node: node, start: time.Now(),
		router: router{node.Shards()}, own: ownCommands(), clients: map[uint64]*client{},
		budget: resp.NewBudget(o.bytesMax, o.bytesMax),
	}
}

// serve serves all that connect, until the listener is closed.
func (s *server) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			fmt.Fprintln(os.Stderr, "kv:", err)
			time.Sleep(acceptPause)
		default:
			s.admit(conn)
		}
	}
}

// admit begins to serve a client, unless there are too many.
func (s *server) admit(conn net.Conn) {
	s.connections.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.clients) >= s.options.clientsMax {
		s.rejected.Add(1)
		// One short write to a fresh connection does not block.
		conn.Write(resp.AppendError(nil, tooManyClients))
		conn.Close()
		return
	}
	s.nextID++
	c := newClient(s, s.nextID, conn)
	s.clients[c.id] = c
	go func() {
		c.serve()
		s.mu.Lock()
		delete(s.clients, c.id)
		s.mu.Unlock()
	}()
}

// watch closes the connections of clients that do not read what they have asked for.
func (s *server) watch() {
	for now := range time.Tick(writeTimeMax / 4) {
		s.mu.Lock()
		for _, c := range s.clients {
			since := c.writingSince.Load()
			if since != 0 && now.Sub(time.Unix(since, 0)) > writeTimeMax {
				s.slow.Add(1)
				c.conn.Close()
			}
		}
		s.mu.Unlock()
	}
}
