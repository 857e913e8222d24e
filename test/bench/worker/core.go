package worker

import "skerry/kernel"

// core is the least that a channel needs of a CPU driver: one window, nobody who sleeps. Calls that
// the benchmark does not make are not there, and panic.
type core struct {
	kernel.Core
	boot   kernel.BootInfo
	window []byte
}

func newCore(id kernel.CoreID, window []byte) *core {
	boot := kernel.BootInfo{Core: id, Cores: []kernel.CoreID{0, 1}, Incarnation: 1}
	return &core{boot: boot, window: window}
}

func (c *core) Boot() kernel.BootInfo                     { return c.boot }
func (c *core) Window(peer kernel.CoreID) ([]byte, error) { return c.window, nil }
func (c *core) Kick(peer kernel.CoreID)                   {}
func (c *core) Now() kernel.Instant                       { return 0 }
