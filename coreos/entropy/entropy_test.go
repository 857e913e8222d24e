package entropy

import (
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"skerry/coreos"
	"skerry/kernel"
	"skerry/kernel/sim"
)

// counter is a source that gives each number once, to one core at a time.
type counter struct {
	mu     sync.Mutex
	last   byte
	holder kernel.CoreID
	held   bool
	broken bool
}

func (c *counter) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken {
		return 0, io.ErrUnexpectedEOF
	}
	c.last++
	for i := range p {
		p[i] = c.last
	}
	return len(p), nil
}

// claimFor returns how a core comes to have the source.
func (c *counter) claimFor(id kernel.CoreID) func() (io.Reader, error) {
	return func() (io.Reader, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.held && c.holder != id {
			return nil, kernel.ErrTaken
		}
		c.holder, c.held = id, true
		return c, nil
	}
}

// setBroken makes the source fail, or work again.
func (c *counter) setBroken(broken bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = broken
}

// kill ends the life of the core that has the source, which others may have then. A core of sim is
// dead when it comes to a driver call, so it is kept from giving seeds first.
func (c *counter) kill(m *sim.Machine) {
	c.setBroken(true)
	time.Sleep(2 * stirEvery)
	m.Kill(c.holder)
	c.setBroken(false)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = false
}

// pool notes what seeds come.
type pool struct {
	mu    sync.Mutex
	seeds []byte // the first byte of each
	short bool   // one has another size
}

func (p *pool) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seeds = append(p.seeds, b[0])
	p.short = p.short || len(b) != seedBytes
	return len(b), nil
}

// on runs three cores, of which the first two may have the source, and has a script act.
func on(t *testing.T, c *counter, script func(*sim.Machine)) *[3]pool {
	t.Helper()
	pools := new([3]pool)
	app := coreos.App{Name: "test", Run: func(s *coreos.OS) error {
		id := s.Core().Boot().Core
		claim := c.claimFor(id)
		if id == 2 {
			claim = nil
		}
		return run(s, &pools[id], claim)
	}}
	sim.Run(t, sim.Config{Cores: 3, Args: []string{"test"}, Panics: true,
		Script: func(m *sim.Machine) {
			script(m)
			c.setBroken(true)
			time.Sleep(2 * stirEvery)
			for _, id := range m.Running() {
				m.Kill(id)
			}
		}}, coreos.Program(app))
	return pools
}

// Each core is given seeds, again and again, and none that another one has; also when the core that
// has the source dies, by the next one.
func TestSeeds(t *testing.T) {
	c := &counter{}
	pools := on(t, c, func(m *sim.Machine) {
		time.Sleep(3*stirEvery + time.Second)
		c.kill(m)
		time.Sleep(3 * stirEvery)
	})
	given := map[byte]bool{}
	for id := range pools {
		p := &pools[id]
		if len(p.seeds) < 3 || p.short {
			t.Errorf("core %d: seeds %v, one of another size: %v: want some", id, p.seeds, p.short)
		}
		for _, seed := range p.seeds {
			if given[seed] {
				t.Errorf("core %d: seed %d was given before", id, seed)
			}
			given[seed] = true
		}
	}
	if got := len(pools[2].seeds); got < 6 {
		t.Errorf("core 2 was given %d seeds: want some of both that had the source", got)
	}
}

// A source that fails is used no more, and costs no core.
func TestBrokenSource(t *testing.T) {
	c := &counter{broken: true}
	pools := on(t, c, func(m *sim.Machine) {
		time.Sleep(3 * stirEvery)
		if ids := m.Running(); len(ids) != 3 {
			t.Errorf("cores %v run: want all three", ids)
		}
	})
	for id := range pools {
		if n := len(pools[id].seeds); n != 0 {
			t.Errorf("core %d was given %d seeds: want none", id, n)
		}
	}
}

// A core that cannot have the source says why.
func TestClaimFails(t *testing.T) {
	n := &node{pool: io.Discard}
	lost := errors.New("lost")
	if err := n.give(func() (io.Reader, error) { return nil, lost }); !errors.Is(err, lost) {
		t.Errorf("error %v: want %v", err, lost)
	}
}

// fakeDevices is a core of a machine with one device.
type fakeDevices struct {
	kernel.Core
	info kernel.DeviceInfo
}

func (f fakeDevices) Boot() kernel.BootInfo             { return kernel.BootInfo{Core: 1} }
func (f fakeDevices) Devices() []kernel.DeviceInfo      { return []kernel.DeviceInfo{f.info} }
func (f fakeDevices) Claim(int) (*kernel.Device, error) { return nil, kernel.ErrTaken }

// Only a core that may have the source tries to, and of no other device.
func TestClaimOf(t *testing.T) {
	for _, c := range []struct {
		kind  string
		cores []kernel.CoreID
		want  bool
	}{
		{"virtio-rng", []kernel.CoreID{0, 1}, true}, {"virtio-rng", []kernel.CoreID{0}, false},
		{"virtio-net", []kernel.CoreID{0, 1}, false},
	} {
		core := fakeDevices{info: kernel.DeviceInfo{Kind: c.kind, Cores: c.cores}}
		if got := claimOf(core) != nil; got != c.want {
			t.Errorf("%s for %v: core 1 tries: %v: want %v", c.kind, c.cores, got, c.want)
		}
	}
}
