package msgpass

import (
	"slices"
	"testing"

	"skerry/kernel"
)

// modelPool is the dumb model of a bulk pool: who owns each buffer.
type modelPool struct {
	size  int
	taken []Buffer
	lent  []modelLoan // not returned
}

type modelLoan struct {
	descriptor Descriptor
	payload    Loan
	fill       byte
}

// check requires that no granule has two holders, and that the pool still knows all buffers.
func (m *modelPool) check(t testing.TB, p *Pool) {
	t.Helper()
	held := map[int]int{}
	for _, b := range m.taken {
		held[b.granule]++
	}
	for _, l := range m.lent {
		held[l.descriptor.granule()]++
	}
	for g, n := range held {
		if n > 1 || slices.Contains(p.free, g) {
			t.Fatalf("granule %d is held %d times, free %v: want one owner", g, n,
				slices.Contains(p.free, g))
		}
	}
	if all := len(p.free) + len(p.out) + len(m.taken); all != poolBytes/m.size {
		t.Fatalf("the pool has %d buffers of %d bytes: want %d", all, m.size, poolBytes/m.size)
	}
}

// step does one operation on the real pool and on the model.
func (m *modelPool) step(t testing.TB, a, b *Channel, in *script) {
	op, at := in.byte(), in.byte()
	switch op % 6 {
	case 0, 1:
		m.take(t, a)
	case 2:
		if len(m.taken) > 0 {
			m.lend(t, a, b, at%len(m.taken), byte(op))
		}
	case 3:
		if len(m.lent) > 0 && b.Up() {
			m.giveBack(t, b, at%len(m.lent))
		}
	case 4:
		if len(m.taken) > 0 {
			a.Pool.Keep(m.taken[at%len(m.taken)])
			m.taken = slices.Delete(m.taken, at%len(m.taken), at%len(m.taken)+1)
		}
	case 5:
		size := granuleBytes << (at % 9)
		err := a.Pool.Cut(size)
		if (err == nil) != (len(m.taken)+len(m.lent) == 0) {
			t.Fatalf("cut with %d taken, %d lent: %v", len(m.taken), len(m.lent), err)
		}
		if err == nil {
			m.size = size
		}
	}
}

func (m *modelPool) take(t testing.TB, a *Channel) {
	b, ok := a.Pool.Take()
	if all := len(m.taken) + len(m.lent); ok != (all < poolBytes/m.size && a.Up()) {
		t.Fatalf("took a buffer: %v, with %d of %d in use, up %v", ok, all, poolBytes/m.size,
			a.Up())
	}
	if ok && len(b.Bytes) != m.size {
		t.Fatalf("took a buffer of %d bytes: want %d", len(b.Bytes), m.size)
	}
	if ok {
		m.taken = append(m.taken, b)
	}
}

func (m *modelPool) lend(t testing.TB, a, b *Channel, i int, fill byte) {
	buffer := m.taken[i]
	m.taken = slices.Delete(m.taken, i, i+1)
	buffer.Bytes[0], buffer.Bytes[m.size-1] = fill, fill
	d := a.Pool.Lend(buffer, m.size)
	payload, err := b.Loans.Open(d)
	if b.Up() && (err != nil || len(payload.Bytes) != m.size ||
		&payload.Bytes[0] != &buffer.Bytes[0]) {
		t.Fatalf("descriptor %#x: %d bytes, error %v: want the buffer", uint64(d),
			len(payload.Bytes), err)
	}
	m.lent = append(m.lent, modelLoan{d, payload, fill})
}

func (m *modelPool) giveBack(t testing.TB, b *Channel, i int) {
	l := m.lent[i]
	if mem := l.payload.Bytes; mem[0] != l.fill || mem[len(mem)-1] != l.fill {
		t.Fatalf("descriptor %#x: the payload changed", uint64(l.descriptor))
	}
	b.Loans.Return(l.payload)
	m.lent = slices.Delete(m.lent, i, i+1)
}

// comparePool does what data says on a pool and on the model; plant runs before each operation.
func comparePool(t testing.TB, window, data []byte, plant func(*Pool)) {
	clear(window)
	a, b := open(t, window, 0, 1, 1), open(t, window, 1, 0, 1)
	connect(t, a, b)
	m, life := modelPool{size: PoolBufferBytes}, uint64(1)
	in := &script{data}
	for steps := 0; !in.done() && steps < stepsMax; steps++ {
		plant(&a.Pool)
		m.check(t, &a.Pool)
		switch {
		case in.rest[0] == 255:
			in.byte()
			life++
			b = open(t, window, 1, 0, life)
			a.PeerDied(life - 1)
		case in.rest[0] == 254:
			in.byte()
			if !a.Up() {
				m.lent = nil
			}
			connect(t, a, b)
		default:
			m.step(t, a, b, in)
		}
	}
}

// A pool does what a list of owners does, whatever the order of taking, lending, returning,
// keeping, cutting, deaths of the reading end and new connections: no buffer has two owners, and
// none is lost.
func FuzzPool(f *testing.F) {
	f.Add([]byte{0, 0, 2, 0, 3, 0, 5, 1, 0, 0, 4, 0})
	f.Add(bytesOf(20, 0, 0, 1, 1, 2, 0, 255, 0, 254, 0, 3, 0))
	f.Add(append([]byte{5, 0}, bytesOf(300, 0, 0, 2, 0)...))
	window := alignedBytes(f, kernel.WindowBytes)
	f.Fuzz(func(t *testing.T, data []byte) { comparePool(t, window, data, func(*Pool) {}) })
}

// poolPlants are pools with bugs. The first takes what it lent for returned, so that Take hands it
// out; the second forgets it.
var poolPlants = map[string]func(*Pool){
	"hands out what it lent": func(p *Pool) {
		for _, g := range p.out {
			*p.owner(g) = 0
		}
	},
	"loses what it lent": func(p *Pool) { p.out = p.out[:0] },
}

// The comparison finds a pool that hands out what it lent, and one that loses it.
func TestPoolPlantsAreFound(t *testing.T) {
	window := alignedBytes(t, kernel.WindowBytes)
	wantSound(t, func(data []byte) { comparePool(t, window, data, func(*Pool) {}) })
	for name, plant := range poolPlants {
		wantFound(t, name, func(t testing.TB, data []byte) { comparePool(t, window, data, plant) })
	}
}
