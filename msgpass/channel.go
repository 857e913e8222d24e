package msgpass

import (
	"fmt"

	"skerry/kernel"
)

// Types that the channel itself uses; those from TypeFirst on are its users'.
const (
	typeGrow    = 1 // the sender goes on in the next level of its ring
	typeFurther = 2 // a further line of a longer message
	typeBind    = 3 // a client asks for a binding
	typeBound   = 4 // a server answers
	TypeFirst   = 0x100
)

// Channel is one end of the window between two cores: a ring each way, call slots each way, and a
// bulk pool each way. One goroutine, the loop of the core, uses it.
//
// A channel that is not up has rings that lead nowhere: Out is always full, In always empty.
//
//	state    Connect                                           PeerDied  fault in Next, Fail
//	down     end 1 reads a name of end 0, tells it: waiting    down      -
//	         end 0 reads its own name there, clears: up
//	waiting  end 1 reads its own name: up                      down      -
//	         another name of end 0: waiting, tells that one
//	up       the peer's line names others, In is empty: down   down      failed
//	failed   -                                                 down      -
//
// Each way down, and to failed, begins a new attempt with a new name; the way from up counts the
// lines that are lost. A death that the other end outlived (see Outlived) changes nothing; then a
// fault leads down, once. A peer with another layout leaves the channel as it is.
type Channel struct {
	In      Receiver
	Out     Sender
	Callers [callSlots]Caller // calls to the peer
	Callees [callSlots]Callee // calls from the peer
	Pool    Pool              // buffers that this end fills
	Loans   Loans             // buffers that the peer filled

	core    kernel.Core
	peer    kernel.CoreID
	window  []byte
	link    link
	sleeps  [2]*uint64 // the sleeping flags: ours, the peer's
	flushed uint64     // Out.head at the last Flush
	lost    int        // lines lost since the peer's last death
	fence   uint64     // of Flush
	nowhere [3]Line    // rings and call slots of a channel that is down
	bindings
}

// Open returns the core's end of its window with peer. The channel is not up yet: see Connect.
// Errors: those of kernel.Core's Window, and a window of the wrong size or alignment.
func Open(core kernel.Core, peer kernel.CoreID) (*Channel, error) {
	window, err := core.Window(peer)
	if err != nil {
		return nil, fmt.Errorf("msgpass: window with %v: %w", peer, err)
	}
	if len(window) != kernel.WindowBytes || !aligned(window) {
		return nil, fmt.Errorf("msgpass: window with %v has %d bytes: want %d, aligned to %d", peer,
			len(window), kernel.WindowBytes, LineBytes)
	}
	boot := core.Boot()
	side := sides(boot.Core, peer)
	c := &Channel{
		core: core, peer: peer, window: window,
		Pool: makePool(window, ends[side]), Loans: makeLoans(window, ends[1-side]),
	}
	c.link = link{
		own:   lineAt(window, ends[side].link),
		other: lineAt(window, ends[1-side].link),
		side:  side, name: boot.Incarnation << attemptBits,
	}
	c.sleeps = [2]*uint64{
		&lineAt(window, ends[side].sleep)[0], &lineAt(window, ends[1-side].sleep)[0],
	}
	c.leadNowhere()
	c.link.begin(core.Now())
	core.Kick(peer)
	return c, nil
}

// Peer returns the core at the other end.
func (c *Channel) Peer() kernel.CoreID { return c.peer }

// Up tells whether the two ends have agreed on an epoch, and messages flow.
func (c *Channel) Up() bool { return c.link.up }

// Epoch returns the lives of this end and of the other, as that one says, that the connection is
// between. It has a meaning while the channel is up.
func (c *Channel) Epoch() (own, peer uint64) {
	return c.link.name >> attemptBits, c.link.peer >> attemptBits
}

// PeerLife returns the life of the peer that began its latest attempt to connect, as the peer says;
// 0 if none ever did. A core begins one when it opens its windows.
func (c *Channel) PeerLife() uint64 {
	name, _ := c.link.observe()
	return name >> attemptBits
}

// Connect takes the next step towards a connection and tells whether the channel came up by it. If
// the channel is up already, it makes sure that the peer thinks so too; the last messages of a
// peer that does not are received first. Call it after a Wait that brought no message, and now and
// then besides: a change at the other end kicks this core.
// Errors: the peer was built with another layout; it ended the connection, and not by its death; it
// broke the protocol, as Dispatch did not tell yet.
func (c *Channel) Connect() (bool, error) {
	if c.link.up {
		return false, c.hold()
	}
	wrote, err := c.link.advance(func() { reset(c.window) })
	if wrote {
		c.core.Kick(c.peer)
	}
	if c.link.up {
		c.attach()
		c.askAll()
	}
	if err == nil {
		err, c.fault = c.fault, nil
	}
	return c.link.up, err
}

// hold drops a connection that the peer does not hold any more, and otherwise asks again for what
// the peer did not serve. That the peer's next life is seen before the driver tells of the death is
// no fault.
func (c *Channel) hold() error {
	if c.link.holds() {
		if c.unserved {
			c.askAgain()
		}
		return nil
	}
	if _, h := c.In.Peek(); h != 0 {
		return nil
	}
	reborn := c.link.reborn()
	c.drop()
	if reborn {
		return nil
	}
	return fmt.Errorf("msgpass: %v ended the connection", c.peer)
}

// attach lets rings, call slots and pools start where the epoch starts.
func (c *Channel) attach() {
	own, other := ends[c.link.side], ends[1-c.link.side]
	start := stagger(c.core.Boot().Core, c.peer)
	out, in := c.window[own.ring:own.ring+ringBytes], c.window[other.ring:other.ring+ringBytes]
	const first = ringSlotsMin * LineBytes
	c.Out = makeSender(out[:first], out[first:], start)
	c.In = makeReceiver(in[:first], in[first:], start)
	c.flushed = c.Out.head
	for i := range callSlots {
		c.Callers[i] = NewCaller(lineAt(c.window, own.calls+i*LineBytes))
		c.Callees[i] = NewCallee(lineAt(c.window, other.calls+i*LineBytes))
	}
	c.Pool.start()
	c.Loans.turn(true)
}

// leadNowhere gives the channel rings that refuse and bring nothing.
func (c *Channel) leadNowhere() {
	full, empty, call := &c.nowhere[0], &c.nowhere[1], &c.nowhere[2]
	full[headerWord], empty[headerWord], call[headerWord] = uint64(flagPresent), 0, 0
	c.Out = Sender{slots: oneSlot(full), batch: LineBytes}
	c.refusing = c.Out
	c.In = Receiver{slots: oneSlot(empty)}
	c.flushed = 0
	for i := range callSlots {
		c.Callers[i], c.Callees[i] = NewCaller(full), NewCallee(call)
	}
	c.Pool.stop()
	c.Loans.turn(false)
}

// Outlived tells whether the channel is connected, or about to be, to a life of the peer that comes
// after the given one, as the peer says.
func (c *Channel) Outlived(life uint64) bool { return c.link.outlived(life) }

// PeerDied takes note of the notice that a life of the peer has ended. The channel goes down, but
// for one that outlived that life: there is nothing left to end. Lost is the number of lines sent
// since the last notice that the peer had not released when a connection ended: whatever they asked
// for may or may not have been done. Messages that the peer had published are lost too: receive
// them first.
func (c *Channel) PeerDied(life uint64) (lost int) {
	if c.Outlived(life) {
		c.link.spare()
		c.core.Kick(c.peer)
	} else {
		c.link.failed = false
		c.drop()
	}
	lost, c.lost = c.lost, 0
	return lost
}

// Fail drops the channel, if it is up, because the peer broke the protocol, until the peer's next
// life. It returns err, wrapped.
func (c *Channel) Fail(err error) error {
	if c.link.up {
		c.link.failed = !c.link.spared
		c.drop()
	}
	return fmt.Errorf("msgpass: channel with %v dropped: %w", c.peer, err)
}

// drop ends the connection, if there is one, and begins a new attempt.
func (c *Channel) drop() {
	up := c.link.up
	if up {
		ring := ends[c.link.side].ring
		c.lost += countLines(c.window[ring : ring+ringBytes-len(c.Out.rest)])
		c.leadNowhere()
	}
	c.link.begin(c.core.Now())
	c.core.Kick(c.peer)
	if up {
		c.unbind()
	}
}

// Next returns the first line of the next message and its header, or a zero header if there is
// none. The message is the caller's until it calls In.ReleaseMessage (or In.Release, if it fits one
// line). Error: the peer broke the protocol, and the channel is down.
func (c *Channel) Next() (*Line, Header, error) {
	for {
		l, h := c.In.Peek()
		if h == 0 || h.sound() && h.Type() >= TypeFirst {
			return l, h, nil
		}
		if err := c.control(l, h); err != nil {
			return nil, 0, c.Fail(err)
		}
	}
}
