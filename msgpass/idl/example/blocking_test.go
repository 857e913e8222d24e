package example

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/msgpass"
)

// island is a core with a loop, in a goroutine of the test.
type island struct {
	kernel.Core
	boot    kernel.BootInfo
	window  []byte
	kicks   chan bool // this core's
	others  chan bool // the peer's
	begin   time.Time
	timer   *time.Timer
	lock    sync.Mutex // around the channel
	channel *msgpass.Channel
	stop    bool
	failure error
	done    chan bool
}

func (s *island) Boot() kernel.BootInfo                { return s.boot }
func (s *island) Window(kernel.CoreID) ([]byte, error) { return s.window, nil }

func (s *island) Now() kernel.Instant { return kernel.Instant(time.Since(s.begin)) }

func (s *island) Kick(kernel.CoreID) {
	select {
	case s.others <- true:
	default:
	}
}

func (s *island) Wait(deadline kernel.Instant) bool {
	s.timer.Reset(deadline.Sub(s.Now()))
	select {
	case <-s.kicks:
		return true
	case <-s.timer.C:
		return false
	}
}

// loop is what a core's loop does for stubs.
func (s *island) loop(set *msgpass.WaitSet) {
	defer close(s.done)
	s.lock.Lock()
	defer s.lock.Unlock()
	for !s.stop && s.failure == nil {
		if c := set.Wait(s.Now().Add(10 * time.Millisecond)); c != nil {
			_, s.failure = c.Dispatch(16)
		} else {
			_, s.failure = s.channel.Connect()
		}
	}
}

// end stops the loop and returns why it failed, if it did.
func (s *island) end() error {
	s.lock.Lock()
	s.stop = true
	s.lock.Unlock()
	<-s.done
	return s.failure
}

// islands returns two cores whose loops run until the test ends.
func islands(t *testing.T) (a, b *island) {
	t.Helper()
	window := make([]byte, kernel.WindowBytes)
	bells := [2]chan bool{make(chan bool, 1), make(chan bool, 1)}
	var pair [2]*island
	for i := range pair {
		s := &island{window: window, kicks: bells[i], others: bells[1-i], begin: time.Now(),
			timer: time.NewTimer(0), done: make(chan bool)}
		s.boot = kernel.BootInfo{
			Core: kernel.CoreID(i), Cores: []kernel.CoreID{0, 1}, Incarnation: 1,
			WakeCost: time.Duration(i) * 10 * time.Microsecond, // one spins, one does not
		}
		channel, err := msgpass.Open(s, kernel.CoreID(1-i))
		if err != nil {
			t.Fatal(err)
		}
		set := msgpass.NewWaitSet(s)
		set.Share(&s.lock)
		if err := set.Add(channel); err != nil {
			t.Fatal(err)
		}
		s.channel, pair[i] = channel, s
		channel.Services = &msgpass.Services{}
		go s.loop(set)
	}
	return pair[0], pair[1]
}

// answerer is a server whose answers tell what it was asked.
type answerer struct {
	EchoServer
	notes []string
	told  uint64
}

func (*answerer) Joined(*EchoPeer)                    {}
func (*answerer) Left(*EchoPeer)                      {}
func (s *answerer) Tell(peer *EchoPeer, count uint64) { s.told += count }
func (s *answerer) Note(_ *EchoPeer, text []byte)     { s.notes = append(s.notes, string(text)) }
func (s *answerer) Sync(_ *EchoPeer, r EchoSyncReply) { r.Send() }
func (s *answerer) Ping(_ *EchoPeer, r EchoPingReply, seq uint64) {
	if seq != silent {
		r.Send(^seq)
	}
}
func (s *answerer) Read(_ *EchoPeer, r EchoReadReply, from int32) { r.Send([]byte(s.notes[from])) }

// silent is a ping that is not answered.
const silent = 1 << 40

// nothing takes no interest in events.
type nothing struct{}

func (nothing) Tick(uint64)                 {}
func (nothing) Noted(kernel.CoreID, []byte) {}

// bindBlocking returns a bound client at a, of an answerer at b.
func bindBlocking(t *testing.T, a, b *island) (*BlockingEcho, *answerer) {
	t.Helper()
	server := &answerer{}
	c, err := NewBlockingEcho(a.channel, &a.lock, nothing{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitBound(time.Millisecond); err == nil {
		t.Fatal("a client is bound that nobody serves")
	}
	b.lock.Lock()
	err = ServeEcho(b.channel.Services, server)
	b.lock.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitBound(time.Minute); err != nil {
		t.Fatal(err)
	}
	return c, server
}

// Goroutines of a core, more of them than calls can be in flight, each get the answers to their own
// calls; what one sends arrives before its next call is answered.
func TestBlockingCalls(t *testing.T) {
	a, b := islands(t)
	c, server := bindBlocking(t, a, b)
	const goroutines, rounds = 2 * msgpass.CallsMax, 50
	var all sync.WaitGroup
	for g := range uint64(goroutines) {
		all.Go(func() {
			for i := range uint64(rounds) {
				if back, err := c.Ping(g<<8 | i); err != nil || back != ^(g<<8|i) {
					t.Errorf("ping %d: %#x, error %v", g<<8|i, back, err)
				}
				if err := c.Tell(1); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	long := strings.Repeat("long ", 60)
	if err := errors.Join(c.Note(long), c.Note("short"), c.Sync()); err != nil {
		t.Fatal(err)
	}
	data, err := c.Read(0)
	if more, _ := c.Read(1); err != nil || string(data) != long || string(more) != "short" {
		t.Fatalf("read %q and %q, error %v: want the notes", data, more, err)
	}
	if err := c.Note(strings.Repeat("x", EchoNoteTextMax+1)); !errors.Is(err, msgpass.ErrTooLong) {
		t.Fatalf("error %v: want ErrTooLong", err)
	}
	if err := errors.Join(a.end(), b.end()); err != nil {
		t.Fatal(err)
	}
	if server.told != goroutines*rounds {
		t.Fatalf("told %d: want %d", server.told, goroutines*rounds)
	}
}

// When the channel goes down, goroutines that wait for replies, and those that make calls, get
// ErrDown.
func TestBlockingDown(t *testing.T) {
	a, b := islands(t)
	c, _ := bindBlocking(t, a, b)
	errs := make(chan error)
	const goroutines = msgpass.CallsMax + 10
	for range goroutines {
		go func() {
			_, err := c.Ping(silent)
			errs <- err
		}()
	}
	time.Sleep(10 * time.Millisecond)
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	a.lock.Lock()
	a.channel.PeerDied(1)
	a.lock.Unlock()
	for range goroutines {
		if err := <-errs; !errors.Is(err, msgpass.ErrDown) {
			t.Fatalf("error %v: want ErrDown", err)
		}
	}
	if err := c.Tell(1); !errors.Is(err, msgpass.ErrDown) {
		t.Fatalf("error %v: want ErrDown", err)
	}
	if err := a.end(); err != nil {
		t.Fatal(err)
	}
}

// A blocking call whose results are of fixed size allocates nothing, and neither does the loop.
func TestBlockingCallsDoNotAllocate(t *testing.T) {
	a, b := islands(t)
	c, _ := bindBlocking(t, a, b)
	allocs := testing.AllocsPerRun(1000, func() {
		if _, err := c.Ping(1); err != nil {
			t.Fatal(err)
		}
		if err := c.Tell(1); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Fatalf("%v allocations: want none", allocs)
	}
	if err := errors.Join(a.end(), b.end()); err != nil {
		t.Fatal(err)
	}
}
