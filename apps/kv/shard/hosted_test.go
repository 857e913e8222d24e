package shard

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skerry/coreos"
	"skerry/kernel"
	"skerry/kernel/hosted"
	"skerry/test/history"
)

// TestMain makes the test's binary a core, or the tests.
func TestMain(m *testing.M) {
	if hosted.Booted() {
		coreos.Main(coreos.App{Name: "lines", Run: serveLines})
		return
	}
	os.Exit(m.Run())
}

// serveLines is an app that serves a store over TCP, a command on each line. It writes where it
// listens into a file in the folder that its argument names, when all shards are as they should be.
func serveLines(s *coreos.OS) error {
	n, err := New(s, s.Core().Boot().Cores, len(s.Core().Boot().Cores), newCells)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		for !atHome(n) {
			time.Sleep(time.Millisecond)
		}
		name := filepath.Join(s.Args()[0], s.Core().Boot().Core.String())
		if err := os.WriteFile(name+".new", []byte(l.Addr().String()), 0o600); err != nil {
			panic(err)
		}
		if err := os.Rename(name+".new", name); err != nil {
			panic(err)
		}
	}()
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go answerLines(n, conn)
	}
}

// atHome tells whether all shards are at home and have a backup.
func atHome(n *Node) bool {
	status := n.Status()
	for i, s := range status.Shards {
		if !s.Served || !s.Synced || s.Primary != n.machine.cores[i] {
			return false
		}
	}
	return true
}

// answerLines carries out what comes in on a connection.
func answerLines(n *Node, conn net.Conn) {
	defer conn.Close()
	for in := bufio.NewScanner(conn); in.Scan(); {
		line := in.Text()
		shard := int(strings.Fields(line)[1][0]) % n.Shards()
		reply, err := n.Do(context.Background(), shard, line[0] != 'g', []byte(line))
		if err != nil {
			fmt.Fprintf(conn, "-%v\n", err)
			continue
		}
		fmt.Fprintf(conn, "+%s\n", reply)
	}
}

// recorder is a number of clients of a machine, and what they saw.
type recorder struct {
	folder string
	cores  int
	past   history.History
	over   atomic.Bool
	names  atomic.Int64
	all    sync.WaitGroup
}

// dial connects to any core.
func (r *recorder) dial() net.Conn {
	for !r.over.Load() {
		core := kernel.MakeCoreID(0, uint16(rand.IntN(r.cores)))
		address, err := os.ReadFile(filepath.Join(r.folder, core.String()))
		if err == nil {
			if conn, err := net.Dial("tcp", string(address)); err == nil {
				return conn
			}
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

// ask is one client: it asks until the test is over. If a connection ends, nobody knows what became
// of the last request.
func (r *recorder) ask() {
	for !r.over.Load() {
		conn := r.dial()
		if conn == nil {
			return
		}
		in, client := bufio.NewReader(conn), int(r.names.Add(1))
		for !r.over.Load() && r.askOnce(conn, in, client) {
		}
		conn.Close()
	}
}

// askOnce makes one request; false if its end is unknown.
func (r *recorder) askOnce(conn net.Conn, in *bufio.Reader, client int) bool {
	var op int
	k := rand.IntN(16)
	key := fmt.Sprintf("%c%d", 'a'+k, k)
	if rand.IntN(2) == 0 {
		value := fmt.Sprint("v", r.names.Add(1))
		op = r.past.Write(client, key, value)
		fmt.Fprintf(conn, "set %s %s\n", key, value)
	} else {
		op = r.past.Read(client, key)
		fmt.Fprintf(conn, "get %s\n", key)
	}
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	line, err := in.ReadString('\n')
	if err != nil || line[0] != '+' {
		return false
	}
	r.past.End(op, strings.TrimSuffix(line[1:], "\n"))
	return true
}

// awaitHome waits until a core says that all shards are as they should be.
func (r *recorder) awaitHome(t *testing.T, core kernel.CoreID) {
	name := filepath.Join(r.folder, core.String())
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(name); err == nil {
			return
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("%v does not say in a minute that all shards are at home", core)
		}
	}
}

// Processes are killed one after the other while clients read and write over TCP: what these see is
// linearizable.
func TestKilledCores(t *testing.T) {
	deaths := 20
	if testing.Short() {
		deaths = 5
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{folder: t.TempDir(), cores: 3}
	m, err := hosted.New(hosted.Config{
		Cores: r.cores, Instance: self, Args: []string{"lines", r.folder}, Output: os.Stdout,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for i := range r.cores {
		if err := m.Start(kernel.MakeCoreID(0, uint16(i))); err != nil {
			t.Fatal(err)
		}
	}
	for i := range r.cores {
		r.awaitHome(t, kernel.MakeCoreID(0, uint16(i)))
	}
	for range 8 {
		r.all.Go(r.ask)
	}
	for i := range deaths {
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
		victim := kernel.MakeCoreID(0, uint16(i%r.cores))
		if err := os.Remove(filepath.Join(r.folder, victim.String())); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Kill(victim); err != nil {
			t.Fatal(err)
		}
		for m.Start(victim) != nil { // until it is reaped
			time.Sleep(time.Millisecond)
		}
		r.awaitHome(t, victim)
	}
	r.over.Store(true)
	r.all.Wait()
	begun, ended := r.past.Len()
	t.Logf("%d operations, %d of them ended well, %d deaths", begun, ended, deaths)
	if err := r.past.Check(); err != nil {
		t.Error(err)
	}
}
