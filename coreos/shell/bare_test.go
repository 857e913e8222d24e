package shell

import (
	"fmt"
	"sync"

	"skerry/kernel"
)

// bare stands for a driver that is an Inspector, on a simulated machine.
type bare struct {
	mu     sync.Mutex
	lives  [3]uint64     // the last life of each core
	holder kernel.CoreID // of the console
	life   uint64        // the holder's
	status int           // of the end; -1 before
}

func newBare() *bare { return &bare{life: 1, status: -1} }

// on returns a core of the machine.
func (b *bare) on(core kernel.Core) kernel.Core {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lives[core.Boot().Core] = core.Boot().Incarnation
	return bareCore{core, b}
}

type bareCore struct {
	kernel.Core
	machine *bare
}

var _ kernel.Inspector = bareCore{}

func (c bareCore) Status(id kernel.CoreID) (kernel.Status, error) {
	s := kernel.Status{State: kernel.Running, Memory: 3 << 20, MemoryMax: 64 << 20}
	if id == 2 {
		s.State = kernel.Dead
	}
	return s, nil
}

func (c bareCore) Trace(id kernel.CoreID) ([]kernel.Event, error) {
	return []kernel.Event{{At: 1_500_000, What: fmt.Sprint("kick of ", id)}}, nil
}

func (c bareCore) Provoke(id kernel.CoreID, what kernel.Failure) error { return c.Stop(id) }

func (c bareCore) Spin() { c.Die("silent") }

// HasConsole gives the console to the lowest core that runs when its holder is dead.
func (c bareCore) HasConsole() bool {
	b, boot := c.machine, c.Boot()
	b.mu.Lock()
	defer b.mu.Unlock()
	runs := func(id kernel.CoreID, life uint64) bool {
		e, _ := c.Epitaph(id)
		return e.Incarnation < life
	}
	for id := kernel.CoreID(0); !runs(b.holder, b.life); id++ {
		if runs(id, b.lives[id]) {
			b.holder, b.life = id, b.lives[id]
		}
	}
	return b.holder == boot.Core && b.life == boot.Incarnation
}

func (c bareCore) PowerOff(status int) {
	c.machine.mu.Lock()
	c.machine.status = status
	c.machine.mu.Unlock()
	for _, id := range c.Boot().Cores {
		if id != c.Boot().Core {
			c.Stop(id)
		}
	}
	c.Die("the power is off")
}

// apart stands for a driver that keeps cores 0 and 2 apart, and lets neither look at the other.
type apart struct{ bareCore }

func (a apart) keeps(peer kernel.CoreID) bool {
	own := a.Boot().Core
	return peer+own == 2 && peer != own
}

func (a apart) Window(peer kernel.CoreID) ([]byte, error) {
	if a.keeps(peer) {
		return nil, kernel.ErrNoWindow
	}
	return a.Core.Window(peer)
}

func (a apart) Status(peer kernel.CoreID) (kernel.Status, error) {
	if a.keeps(peer) {
		return kernel.Status{}, kernel.ErrForbidden
	}
	return a.bareCore.Status(peer)
}
