package shard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"skerry/coreos"
	"skerry/kernel/sim"
	"skerry/test/history"
)

// ready waits until every shard has a primary and, if there can be one, a backup.
func ready(n *Node) {
	for done := false; !done; time.Sleep(time.Millisecond) {
		done = true
		for _, s := range n.Status().Shards {
			done = done && s.Served && (s.Synced || n.Shards() == 1)
		}
	}
}

// Goroutines on all cores have their commands carried out, wherever the shard is, one by one and
// many at a time; what they see is linearizable.
func TestNodes(t *testing.T) {
	for _, cores := range []int{1, 2, 4} {
		t.Run(fmt.Sprint(cores), func(t *testing.T) { runNodes(t, cores) })
	}
}

func runNodes(t *testing.T, cores int) {
	var past history.History
	var mu sync.Mutex
	left := cores
	app := coreos.App{Name: "test", Run: func(s *coreos.OS) error {
		n, err := New(s, s.Core().Boot().Cores, len(s.Core().Boot().Cores), newCells)
		if err != nil {
			return err
		}
		ready(n)
		var all sync.WaitGroup
		for g := range 4 {
			all.Go(func() { visit(t, n, &past, int(s.Core().Boot().Core)*4+g) })
		}
		all.Wait()
		mu.Lock()
		left--
		mu.Unlock()
		for over := false; !over; time.Sleep(time.Millisecond) {
			mu.Lock()
			over = left == 0
			mu.Unlock()
		}
		return nil
	}}
	sim.Run(t, sim.Config{
		Cores: cores, Seed: 5, Args: []string{"test"},
		Faults: sim.Faults{Jitter: 50 * time.Microsecond, KickLost: 0.1, KickLate: 0.1},
	}, coreos.Program(app))
	if err := past.Check(); err != nil {
		t.Error(err)
	}
	if _, ended := past.Len(); ended != cores*4*64 {
		t.Errorf("%d operations ended: want %d", ended, cores*4*64)
	}
}

// visit reads and writes, in batches of several sizes.
func visit(t *testing.T, n *Node, past *history.History, client int) {
	b := n.NewBatch()
	for done := 0; done < 64; b.Reset() {
		var ops []int
		size := min(1+done%7, 64-done)
		for i := range size {
			shard := (client + done + i) % n.Shards()
			key := fmt.Sprintf("%d-%d", shard, (done+i)%3)
			who := client*100 + i // the commands of a batch are concurrent
			if (done+i)%2 == 0 {
				value := fmt.Sprintf("v%d.%d", client, done+i)
				ops = append(ops, past.Write(who, key, value))
				b.Add(shard, true, []byte("set "+key+" "+value))
			} else {
				ops = append(ops, past.Read(who, key))
				b.Add(shard, false, []byte("get "+key))
			}
		}
		if err := b.Do(context.Background()); err != nil {
			t.Error(err)
		}
		for i, op := range ops {
			reply, err := b.Reply(i)
			if err != nil {
				t.Error(err)
			}
			past.End(op, string(reply))
		}
		done += size
	}
}

// Commands and replies may be long; those that are too long are refused, and others go on.
func TestLongCommands(t *testing.T) {
	app := coreos.App{Name: "test", Run: func(s *coreos.OS) error {
		n, err := New(s, s.Core().Boot().Cores, len(s.Core().Boot().Cores), newCells)
		if err != nil {
			return err
		}
		ready(n)
		if s.Core().Boot().Core != 0 {
			select {}
		}
		ctx := context.Background()
		for shard := range n.Shards() {
			for _, size := range []int{800, 1000, 100_000, 3_000_000} {
				text := strings.Repeat("x", size)
				if _, err := n.Do(ctx, shard, true, []byte("set k "+text)); err != nil {
					t.Errorf("set of %d bytes: %v", size, err)
				}
				if got, err := n.Do(ctx, shard, false, []byte("get k")); string(got) != text {
					t.Errorf("get of %d bytes: %d bytes, %v", size, len(got), err)
				}
			}
			if _, err := n.Do(ctx, shard, true, make([]byte, CommandBytesMax+1)); err == nil {
				t.Error("a command that is too long is carried out: want ErrTooLong")
			}
		}
		for _, id := range s.Core().Boot().Cores[1:] {
			if err := s.Core().Stop(id); err != nil {
				t.Error(err)
			}
		}
		return nil
	}}
	sim.Run(t, sim.Config{Cores: 3, Args: []string{"test"}}, coreos.Program(app))
}

// Two cores that live and lose the channel between them do not go on as if nothing was lost: the
// one with the higher index ends its life, and the others serve all shards.
func TestLostChannel(t *testing.T) {
	app := coreos.App{Name: "test", Run: func(s *coreos.OS) error {
		n, err := New(s, s.Core().Boot().Cores, len(s.Core().Boot().Cores), newCells)
		if err != nil {
			return err
		}
		ready(n)
		if s.Core().Boot().Core != 0 {
			select {}
		}
		ctx := context.Background()
		for shard := range n.Shards() {
			if _, err := n.Do(ctx, shard, true, []byte("set k v")); err != nil {
				t.Error(err)
			}
		}
		s.Loop().Lock()
		s.Logf("%v", s.Loop().Channel(1).Fail(errors.New("for a test")))
		s.Loop().Unlock()
		for shard := range n.Shards() {
			if got, err := n.Do(ctx, shard, false, []byte("get k")); string(got) != "v" {
				t.Errorf("shard %d has %q, error %v: want v", shard, got, err)
			}
			if _, err := n.Do(ctx, shard, true, []byte("set k v")); err != nil {
				t.Error(err)
			}
		}
		return s.Core().Stop(2)
	}}
	ends := sim.Run(t, sim.Config{Cores: 3, Args: []string{"test"}, Panics: true},
		coreos.Program(app))
	if e := ends[1]; !strings.Contains(e.Reason, "the channel with core 0 was lost") {
		t.Errorf("%v: want the lost channel for its reason", e)
	}
}

// A batch may have more commands than can be under way; a batch whose context ends returns, though
// the shard has no primary.
func TestBatches(t *testing.T) {
	app := coreos.App{Name: "test", Run: func(s *coreos.OS) error {
		if s.Core().Boot().Core == 1 {
			time.Sleep(time.Second) // it has no store: nobody knows what it may hold
		}
		n, err := New(s, s.Core().Boot().Cores, len(s.Core().Boot().Cores), newCells)
		if err != nil {
			return err
		}
		if s.Core().Boot().Core == 1 {
			select {}
		}
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		b := n.NewBatch()
		for range 3 * RequestsMax {
			b.Add(0, false, []byte("get k"))
		}
		if err := b.Do(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a batch for a shard without a primary: %v: want its context's end", err)
		}
		b = n.NewBatch()
		for i := range 3 * RequestsMax {
			b.Add(i%2, true, fmt.Appendf(nil, "set k %d", i))
		}
		if err := b.Do(context.Background()); err != nil {
			t.Error(err)
		}
		for shard := range 2 {
			want := fmt.Sprint(3*RequestsMax - 2 + shard)
			got, err := n.Do(context.Background(), shard, false, []byte("get k"))
			if string(got) != want || err != nil {
				t.Errorf("shard %d has %q, error %v: want the last write, %s", shard, got, err,
					want)
			}
		}
		return s.Core().Stop(1)
	}}
	sim.Run(t, sim.Config{Cores: 2, Args: []string{"test"}}, coreos.Program(app))
}

// What a batch has not asked for yet when its context ends is never asked for, nor kept.
func TestEndedBatchesAreForgotten(t *testing.T) {
	app := coreos.App{Name: "test", Run: func(s *coreos.OS) error {
		if s.Core().Boot().Core == 1 {
			time.Sleep(time.Second) // until then no shard has a primary
		}
		n, err := New(s, s.Core().Boot().Cores, len(s.Core().Boot().Cores), newCells)
		if err != nil {
			return err
		}
		if s.Core().Boot().Core == 1 {
			select {}
		}
		for i := range 5 {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
			defer cancel()
			b := n.NewBatch()
			for range RequestsMax {
				b.Add(0, true, fmt.Appendf(nil, "set k v%d", i))
			}
			if err := b.Do(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("batch %d: %v: want %v", i, err, context.DeadlineExceeded)
			}
		}
		n.loop.Lock()
		if len(n.stalled) > 0 {
			t.Errorf("%d batches are kept whose contexts have ended: want none", len(n.stalled))
		}
		n.loop.Unlock()
		ready(n)
		got, err := n.Do(context.Background(), 0, false, []byte("get k"))
		if string(got) != "v0" || err != nil {
			t.Errorf("k is %q, %v: want v0, which had room", got, err)
		}
		return s.Core().Stop(1)
	}}
	sim.Run(t, sim.Config{Cores: 2, Args: []string{"test"}}, coreos.Program(app))
}
