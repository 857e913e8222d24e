package msgpass

import (
	"fmt"
	"sync/atomic"

	"skerry/kernel"
)

// The link is how two ends come to agree on an epoch. Either may die at any moment; its next life
// finds the window as the last one left it, and that one may have written anything anywhere. Each
// end writes one line:
//
//	word 0  name     this attempt of the end that writes: its life, and the time it began
//	word 1  seen     the name of the other end that it is ready for, or 0
//	word 2  version  the layout of the window, as it knows it
//
// An attempt begins with seen = 0, then with a name that nobody could know before. End 1, when it
// holds no connection and sees a name of end 0, writes it to seen: it has let go of all that was
// before. End 0, when it holds no connection and sees that end 1 is ready for end 0's own name,
// clears the rings, writes end 1's name to seen, and is up. End 1 is up when it sees its own name
// there. The epoch is the pair of names.
//
// An end begins a new attempt when the driver tells that its peer has died, after it fenced the
// peer; when the peer broke the protocol; and when it is up, but the peer's line does not say so
// any more. It believes nobody but the driver that a life is over. So no life can keep the next
// one out, whatever it wrote; test/model/hostile.pml checks it. An end that failed its peer waits
// for the driver's word.
//
// That word may come when the peer's next life is connected already: such a connection stays. But
// its other end may also be the dead life, under a forged name. So the first fault on it only
// begins a new attempt, which no dead life can answer.
//
// So rings are cleared only by end 0, and only while end 1 waits; test/model/link.pml checks it.

// Words of a link line.
const (
	linkName = iota
	linkSeen
	linkVersion
)

// attemptBits is the part of a name that tells the attempts of a life apart: the time in
// nanoseconds, which wraps after 18 minutes. From then on the attempts of that life count up.
const attemptBits = 40

// link is one end's part in the agreement.
type link struct {
	own, other *Line  // own is written by this end only, other is never written
	side       int    // 0 or 1
	name       uint64 // of this end's attempt
	seen       uint64 // what this end says in its line
	peer       uint64 // the other end's name, while up
	up         bool
	failed     bool   // the other end broke the protocol, and has not died since
	spared     bool   // a death came that seen outlived, unless it is forged
	blamed     uint64 // the name of the other end whose version was refused last
}

// begin begins an attempt. Its name holds the time, so that no peer can have known it before.
func (k *link) begin(now kernel.Instant) {
	life := k.name >> attemptBits << attemptBits
	k.name = max(k.name+1, life|uint64(now)&(1<<attemptBits-1))
	k.seen, k.up, k.spared = 0, false, false
	k.write()
}

// write writes this end's line.
func (k *link) write() {
	// ORDER: seen before name; pairs with observe's load of linkSeen.
	atomic.StoreUint64(&k.own[linkSeen], k.seen)
	// ORDER: version before name; pairs with check's load of linkVersion.
	atomic.StoreUint64(&k.own[linkVersion], layoutVersion)
	// ORDER: name after both, and before tell; pairs with observe's load of linkName.
	atomic.StoreUint64(&k.own[linkName], k.name)
}

// observe reads the other end's line.
func (k *link) observe() (name, seen uint64) {
	// ORDER: seen first, so that name is at least as new; pairs with the store to linkSeen in tell,
	// and in write.
	seen = atomic.LoadUint64(&k.other[linkSeen])
	// ORDER: name after seen; pairs with write's store to linkName.
	name = atomic.LoadUint64(&k.other[linkName])
	return name, seen
}

// holds tells whether the other end still says what the connection was made with.
func (k *link) holds() bool {
	name, seen := k.observe()
	return name == k.peer && seen == k.name
}

// reborn tells whether the other end's line is of a later life than the connection's.
func (k *link) reborn() bool {
	name, _ := k.observe()
	return name>>attemptBits > k.peer>>attemptBits
}

// outlived tells whether this end is up with, or ready for, a later life than the given one.
func (k *link) outlived(life uint64) bool { return k.seen>>attemptBits > life }

// spare goes on with an attempt that a death does not end. The dead life may have written into this
// end's line, so it is written again.
func (k *link) spare() {
	k.spared = true
	k.write()
}

// advance takes the next step towards a connection, if there is one to take. It calls reset before
// it hands the rings to the other end. It tells whether it wrote something that the other end waits
// for.
func (k *link) advance(reset func()) (wrote bool, err error) {
	name, seen := k.observe()
	if name == 0 || k.failed {
		return false, nil
	}
	if err := k.check(name); err != nil || k.blamed == name {
		return false, err
	}
	// End 1 may have read the seen of an end 0 that is over and the name of its successor: that
	// one cannot have seen end 1 ready.
	ready := seen == k.name && (k.side == 0 || k.seen == name)
	if k.side == 0 && !ready {
		return false, nil
	}
	if k.side == 0 {
		reset()
	}
	wrote = k.tell(name)
	if ready {
		k.peer, k.up = name, true
	}
	return wrote, nil
}

// check refuses an attempt of the other end that knows another layout, with one error for each.
func (k *link) check(name uint64) error {
	// ORDER: after name, so that it is at least as new; pairs with write's store to linkVersion.
	v := atomic.LoadUint64(&k.other[linkVersion])
	switch {
	case v == layoutVersion:
		k.blamed = 0
	case k.blamed != name:
		k.blamed = name
		return fmt.Errorf("msgpass: the peer's window layout is %#x, ours is %#x: want both cores "+
			"built from the same sources", v, uint64(layoutVersion))
	}
	return nil
}

// tell writes that this end is ready for the given attempt of the other; false if it said so
// before.
func (k *link) tell(name uint64) bool {
	if k.seen == name {
		return false
	}
	k.seen = name
	// ORDER: publishes that rings were cleared (end 0) or let go (end 1); pairs with observe's load
	// of linkSeen.
	atomic.StoreUint64(&k.own[linkSeen], name)
	return true
}

// sides returns which end of their window own is.
func sides(own, peer kernel.CoreID) int {
	if own < peer {
		return 0
	}
	return 1
}
