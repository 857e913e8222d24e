package msgpass

import (
	"fmt"
	"sync/atomic"
)

// A bulk pool is memory that one end fills and the other reads, for payloads that are too long for
// lines. It is cut into granules; a buffer is a run of them. Each granule has an owner line: its
// word 0 is zero while the filling end owns the buffer that starts there, and not while the reading
// end does. A descriptor that says where a payload lies travels in a message; ownership goes with
// it.
//
//	filling end                      reading end
//	Take      the buffer is ours
//	fill it
//	Lend      owner = lent
//	publish the descriptor    -->    Open    checks it; the buffer is ours
//	                                 read it, in place
//	Take finds owner = 0      <--    Return  owner = 0

// lent is the owner word of a buffer that the reading end owns.
const lent = 1

// Descriptor says where in a pool a payload lies: the first granule (low 16 bits), and the number
// of bytes above.
type Descriptor uint64

func makeDescriptor(granule, size int) Descriptor {
	return Descriptor(granule) | Descriptor(size)<<16
}

func (d Descriptor) granule() int { return int(d & 0xffff) }

// Size returns the bytes of payload.
func (d Descriptor) Size() int { return int(d >> 16) }

// Pool is the filling end of a bulk pool. It outlives connections: what was lent in one comes back
// when the next begins, and a buffer that was taken stays taken.
type Pool struct {
	mem      []byte
	owners   []byte
	up       bool  // the channel is up: buffers can be taken
	granules int   // per buffer
	free     []int // first granules of buffers that this end owns
	out      []int // first granules of buffers that were lent, oldest first
}

// Buffer is memory of a pool that the filling end owns.
type Buffer struct {
	Bytes   []byte
	granule int
}

func makePool(window []byte, at offsets) Pool {
	p := Pool{
		mem:    window[at.pool : at.pool+poolBytes],
		owners: window[at.owners : at.owners+granules*LineBytes],
	}
	p.cut(PoolBufferBytes)
	return p
}

// start takes back all that was lent, since no reader is left, and lets buffers be taken.
func (p *Pool) start() {
	p.free = append(p.free, p.out...)
	p.out, p.up = p.out[:0], true
}

// stop lets no buffers be taken: a reader that does not know yet may be reading them.
func (p *Pool) stop() { p.up = false }

// Cut makes all buffers of the pool size bytes long. Errors: size is not a power of two from 2 KiB
// to 512 KiB; a buffer is in use.
func (p *Pool) Cut(size int) error {
	if size < granuleBytes || size > poolBytes || size&(size-1) != 0 {
		return fmt.Errorf("msgpass: bulk buffers of %d bytes: want a power of two from %d to %d",
			size, granuleBytes, poolBytes)
	}
	p.collect()
	if len(p.free)*p.granules*granuleBytes != len(p.mem) {
		return fmt.Errorf("msgpass: %d bulk buffers are in use: want none",
			granules/p.granules-len(p.free))
	}
	p.cut(size)
	return nil
}

func (p *Pool) cut(size int) {
	p.granules = size / granuleBytes
	p.free, p.out = make([]int, 0, granules/p.granules), make([]int, 0, granules/p.granules)
	for g := granules - p.granules; g >= 0; g -= p.granules {
		p.free = append(p.free, g)
	}
}

// Take returns a buffer to fill; false if all are lent or taken, or the channel is down.
func (p *Pool) Take() (Buffer, bool) {
	if len(p.free) == 0 {
		p.collect()
	}
	if len(p.free) == 0 || !p.up {
		return Buffer{}, false
	}
	last := len(p.free) - 1
	g := p.free[last]
	p.free = p.free[:last]
	at := g * granuleBytes
	end := at + p.granules*granuleBytes
	return Buffer{Bytes: p.mem[at:end:end], granule: g}, true
}

// Keep gives back a buffer that was taken and not lent.
func (p *Pool) Keep(b Buffer) { p.free = append(p.free, b.granule) }

// Lend gives the first size bytes of a buffer to the reading end and returns the descriptor that
// tells it so. The descriptor must be published in a message; the buffer must not be touched any
// more.
func (p *Pool) Lend(b Buffer, size int) Descriptor {
	if size < 0 || size > len(b.Bytes) {
		panic(fmt.Sprintf("msgpass: lending %d bytes of a buffer of %d", size, len(b.Bytes)))
	}
	p.out = append(p.out, b.granule)
	// ORDER: before the descriptor's header, which publishes it; pairs with Return.
	storeOrdered(p.owner(b.granule), lent)
	return makeDescriptor(b.granule, size)
}

// Recall takes back a payload whose descriptor was refused by the ring and so was never published.
func (p *Pool) Recall(d Descriptor) {
	// ORDER: none needed: the reading end does not know of the buffer; collect finds it.
	storeOrdered(p.owner(d.granule()), 0)
}

// collect takes back the buffers that the reading end returned.
func (p *Pool) collect() {
	still := p.out[:0]
	for _, g := range p.out {
		// ORDER: acquires the buffer, whose reader is done; pairs with Return.
		if atomic.LoadUint64(p.owner(g)) == 0 {
			p.free = append(p.free, g)
		} else {
			still = append(still, g)
		}
	}
	p.out = still
}

func (p *Pool) owner(granule int) *uint64 { return &lineAt(p.owners, granule*LineBytes)[0] }

// Loans is the reading end of a bulk pool. A loan ends with the connection that it was made in.
type Loans struct {
	mem, owners []byte
	epoch       int // counts comings up and goings down; odd while up
}

// Loan is a payload that the reading end owns.
type Loan struct {
	Bytes   []byte // in place; see Open
	granule int
	epoch   int
}

func makeLoans(window []byte, at offsets) Loans {
	return Loans{
		mem:    window[at.pool : at.pool+poolBytes],
		owners: window[at.owners : at.owners+granules*LineBytes],
	}
}

// turn ends all loans, as the channel comes up or goes down.
func (o *Loans) turn(up bool) {
	if up != o.up() {
		o.epoch++
	}
}

func (o *Loans) up() bool { return o.epoch%2 == 1 }

// Open returns the payload that a received descriptor tells of. The other end may still write it if
// it breaks the protocol: what is checked must be copied first. Errors: ErrProtocol, if the
// descriptor is not within the pool; ErrDown, if the channel is down.
func (o *Loans) Open(d Descriptor) (Loan, error) {
	if !o.up() {
		return Loan{}, ErrDown
	}
	at := d.granule() * granuleBytes
	if at >= len(o.mem) || d.Size() > len(o.mem)-at {
		return Loan{}, fmt.Errorf("%w: descriptor %#x: want at most %d bytes",
			ErrProtocol, uint64(d), len(o.mem))
	}
	end := at + d.Size()
	return Loan{Bytes: o.mem[at:end:end], granule: d.granule(), epoch: o.epoch}, nil
}

// Return gives a buffer back to the filling end; its payload must not be touched any more. A loan
// that ended before is nobody's to return.
func (o *Loans) Return(l Loan) {
	if l.epoch != o.epoch {
		return
	}
	// ORDER: after the last read of the payload; pairs with collect.
	storeOrdered(&lineAt(o.owners, l.granule*LineBytes)[0], 0)
}
