package phys

import (
	"fmt"
	"slices"
	"testing"

	"skerry/kernel/layout"
)

const (
	frames = 12
	first  = Addr(3 * layout.PageBytes)
)

// A pool is what is compared with the model: Frames, or one with a planted bug.
type pool interface {
	Take() (Addr, bool)
	TakeRun(n uint64) (Addr, bool)
	Put(Addr)
	Used() uint64
}

// play takes frames for odd bytes, puts some back for even ones, and scribbles on what it has.
func play(memory *Memory, f *Frames, p pool, tape []byte) error {
	f.Init(memory, first-1, first+frames*layout.PageBytes+1)
	var taken []Addr
	for _, b := range tape {
		if i := int(b) / 2; b%2 == 0 && len(taken) > 0 {
			i %= len(taken)
			p.Put(taken[i])
			taken = slices.Delete(taken, i, i+1)
			continue
		}
		n := uint64(1)
		a, ok := Addr(0), false
		if b%8 == 3 {
			n = uint64(b/8%4) + 1
			a, ok = p.TakeRun(n)
		} else if a, ok = p.Take(); ok != (len(taken) < frames) {
			return fmt.Errorf("Take: %v with %d of %d taken", ok, len(taken), frames)
		}
		for ; ok && n > 0; n-- {
			if err := check(memory, taken, a); err != nil {
				return err
			}
			taken = append(taken, a)
			a += layout.PageBytes
		}
		if p.Used() != uint64(len(taken)) {
			return fmt.Errorf("%d frames are used, want %d", p.Used(), len(taken))
		}
	}
	return nil
}

// check wants a frame of the pool that is not taken yet, and zeros, which it overwrites.
func check(memory *Memory, taken []Addr, a Addr) error {
	if a < first || a >= first+frames*layout.PageBytes || a%layout.PageBytes != 0 {
		return fmt.Errorf("frame %#x is not the pool's", a)
	}
	if slices.Contains(taken, a) {
		return fmt.Errorf("frame %#x was taken twice", a)
	}
	for i, word := range memory.Table(a) {
		if word != 0 {
			return fmt.Errorf("frame %#x: word %d is %#x", a, i, word)
		}
		memory.Table(a)[i] = ^uint64(0)
	}
	return nil
}

func newMemory() *Memory {
	memory := Over(make([]byte, (frames+8)*layout.PageBytes))
	return &memory
}

// A pool gives each of its frames once at a time, zeroed.
func FuzzFrames(f *testing.F) {
	f.Add([]byte{1, 19, 1, 1, 0, 11, 1, 2, 0, 1, 1, 1, 1, 1, 1, 1, 1, 4, 1, 0, 0, 0, 0, 0, 1})
	memory := newMemory()
	f.Fuzz(func(t *testing.T, tape []byte) {
		var frames Frames
		if err := play(memory, &frames, &frames, tape); err != nil {
			t.Fatal(err)
		}
	})
}

type dirty struct{ *Frames }

func (p dirty) Take() (Addr, bool) {
	zero := p.memory.Zero
	defer func() { p.memory.Zero = zero }()
	p.memory.Zero = noZero
	return p.Frames.Take()
}

type twice struct{ *Frames }

func (p twice) Put(a Addr) {
	p.Frames.Put(a)
	p.used++
	p.Frames.Put(a)
}

type endless struct{ *Frames }

func (p endless) Take() (Addr, bool) {
	p.end += layout.PageBytes
	return p.Frames.Take()
}

type longRun struct{ *Frames }

func (p longRun) TakeRun(n uint64) (Addr, bool) {
	a, ok := p.Frames.TakeRun(n)
	return a - layout.PageBytes, ok
}

type forgetful struct{ *Frames }

func (p forgetful) Put(Addr) {}

// Each planted bug is found.
func TestPlantedBugsAreFound(t *testing.T) {
	tape := []byte{1, 19, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	for bug, plant := range map[string]func(*Frames) pool{
		"frames are not zeroed":   func(f *Frames) pool { return dirty{f} },
		"a frame is listed twice": func(f *Frames) pool { return twice{f} },
		"the end is not seen":     func(f *Frames) pool { return endless{f} },
		"a run begins too early":  func(f *Frames) pool { return longRun{f} },
		"frames do not come back": func(f *Frames) pool { return forgetful{f} },
		"":                        func(f *Frames) pool { return f },
	} {
		var f Frames
		if err := play(newMemory(), &f, plant(&f), tape); (err == nil) != (bug == "") {
			t.Errorf("%q: found %v", bug, err)
		}
	}
}

// Whole pages of the range are the pool's, and never the one at 0.
func TestInit(t *testing.T) {
	for _, c := range []struct{ start, end, total Addr }{
		{0, 0, 0}, {0, 3 * 4096, 2}, {1, 3 * 4096, 2}, {4097, 4 * 4096, 2}, {4096, 4*4096 - 1, 2},
		{4097, 4098, 0}, {8192, 4096, 0},
	} {
		var f Frames
		f.Init(newMemory(), c.start, c.end)
		if f.Total() != uint64(c.total) {
			t.Errorf("%#x to %#x: %d frames, want %d", c.start, c.end, f.Total(), c.total)
		}
	}
}

// A frame that was not taken is not accepted.
func TestPutRefuses(t *testing.T) {
	var f Frames
	f.Init(newMemory(), 4096, 4*4096)
	f.Take()
	for _, a := range []Addr{0, 4097, 2 * 4096, 9 * 4096} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%#x came back", a)
				}
			}()
			f.Put(a)
		}()
	}
}

// Bytes move between buffers and frames.
func TestMemory(t *testing.T) {
	m := newMemory()
	m.Store(4096, []byte("abcdefgh"))
	m.Copy(8195, 4096, 8)
	var b [8]byte
	m.Load(b[:], 8195)
	if string(b[:]) != "abcdefgh" || string(m.Bytes(4098, 3)) != "cde" {
		t.Errorf("%q, %q", b, m.Bytes(4098, 3))
	}
	m.Clear(4097, 6)
	word := *m.Word(4096)
	if word != 'a'|'h'<<56 || m.Table(4096)[0] != word || BytesOf(&word)[7] != 'h' {
		t.Errorf("%#x", word)
	}
}
