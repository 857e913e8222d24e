package msgpass

import (
	"fmt"
	"sync/atomic"

	"skerry/kernel"
)

// The link is how two ends come to agree on an epoch, the pair of their lives, although either may
// die at any moment and its next life finds the window as the last one left it. Each end writes one
// line:
//
//	word 0  life     the incarnation of the end that writes
//	word 1  seen     the other end's life that it is ready for, or 0
//	word 2  version  the layout of the window, as it knows it
//
// An end starts with seen = 0, then writes its life. End 1, when it holds no connection and sees a
// life of end 0, writes it to seen: it has let go of all that was before. End 0, when it holds no
// connection and sees that end 1 is ready for end 0's own life, clears the rings, writes end 1's
// life to seen, and is up. End 1 is up when it sees its own life there. When an end's peer has
// died, which the driver tells after it fenced the peer, the end drops the connection and starts
// again.
//
// So rings are cleared only by end 0, and only while end 1 waits. test/model/link.pml checks it.

// Words of a link line.
const (
	linkLife = iota
	linkSeen
	linkVersion
)

// link is one end's part in the agreement.
type link struct {
	own, other *Line  // own is written by this end only, other is never written
	side       int    // 0 or 1
	life       uint64 // of this end
	otherLife  uint64 // of the connection, while up
	over       uint64 // lives of the other end up to this one are dead, or refused
	up         bool
}

// begin writes this end's line for the first time in its life.
func (k *link) begin() {
	// ORDER: version and seen before life; pairs with the load of life in observe.
	atomic.StoreUint64(&k.own[linkSeen], 0)
	atomic.StoreUint64(&k.own[linkVersion], layoutVersion) // ORDER: as above.
	atomic.StoreUint64(&k.own[linkLife], k.life)           // ORDER: as above.
}

// observe reads the other end's line. A life of 0 means that there is nobody to talk to, or that
// the next life took over the line meanwhile; it kicks when it has.
func (k *link) observe() (life, seen uint64, err error) {
	// ORDER: life first, so that seen and version are at least as new; pairs with begin.
	life = atomic.LoadUint64(&k.other[linkLife])
	if life <= k.over {
		return 0, 0, nil
	}
	if v := atomic.LoadUint64(&k.other[linkVersion]); v != layoutVersion { // ORDER: as above.
		k.over = life
		return 0, 0, fmt.Errorf("msgpass: the peer's window layout is %#x, ours is %#x: "+
			"want both cores built from the same sources", v, uint64(layoutVersion))
	}
	seen = atomic.LoadUint64(&k.other[linkSeen]) // ORDER: as above.
	// ORDER: life again, after seen; pairs with begin. If it is unchanged, seen is that life's word.
	// Otherwise the life first read may have ended before this end began, untold by any notice.
	if atomic.LoadUint64(&k.other[linkLife]) != life {
		return 0, 0, nil
	}
	return life, seen, nil
}

// advance takes the next step towards a connection, if there is one to take. It calls reset before
// it hands the rings to the other end. It tells whether it wrote something that the other end waits
// for.
func (k *link) advance(reset func()) (wrote bool, err error) {
	life, seen, err := k.observe()
	if life == 0 || err != nil {
		return false, err
	}
	ready := seen == k.life
	if k.side == 0 && !ready {
		return false, nil
	}
	if k.side == 0 {
		reset()
	}
	wrote = k.tell(life)
	if ready {
		k.otherLife, k.up = life, true
	}
	return wrote, nil
}

// tell writes that this end is ready for the given life of the other; false if it said so before.
func (k *link) tell(life uint64) bool {
	// ORDER: only this end writes the word.
	if atomic.LoadUint64(&k.own[linkSeen]) == life {
		return false
	}
	// ORDER: publishes that rings were cleared (end 0) or let go (end 1); pairs with observe.
	atomic.StoreUint64(&k.own[linkSeen], life)
	return true
}

// drop ends the connection, if any, and refuses all lives of the other end up to over.
func (k *link) drop(over uint64) {
	k.over = max(k.over, over)
	k.up = false
	k.tell(0)
}

// sides returns which end of their window own is.
func sides(own, peer kernel.CoreID) int {
	if own < peer {
		return 0
	}
	return 1
}
