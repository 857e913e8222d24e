package main

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"
)

// Days are counted as the calendar has them, leap years among them.
func TestDays(t *testing.T) {
	at := time.Date(1999, 12, 1, 0, 0, 0, 0, time.UTC)
	for ; at.Year() < 2101; at = at.AddDate(0, 0, 1) {
		got := days(uint64(at.Year()), uint64(at.Month()), uint64(at.Day()))
		if want := uint64(at.Unix() / 86400); got != want {
			t.Fatalf("days of %v: %d: want %d", at, got, want)
		}
	}
}

// Numbers are written as fmt writes them, and what does not fit a line is cut.
func TestLine(t *testing.T) {
	for _, v := range []uint64{0, 1, 9, 10, 15, 16, 255, 1 << 20, 1<<64 - 1} {
		l := new(line)
		l.number(v, 1).byte(' ').number(v%1000, 3).byte(' ').hex(v)
		want := fmt.Sprintf("%d %03d %#x", v, v%1000, v)
		if got := string(l.bytes[:l.size]); got != want {
			t.Errorf("line: %q: want %q", got, want)
		}
	}
	l := new(line)
	for range lineBytes {
		l.text("ab")
	}
	if l.size != lineBytes {
		t.Errorf("line of %d bytes: want it cut at %d", l.size, lineBytes)
	}
}

// The random numbers are ChaCha20's: the block of RFC 8439, 2.3.2.
func TestMixRandom(t *testing.T) {
	pool.state = [16]uint32{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}
	for i := range 8 {
		at := byte(4 * i)
		pool.state[4+i] = binary.LittleEndian.Uint32([]byte{at, at + 1, at + 2, at + 3})
	}
	pool.state[12], pool.state[13], pool.state[14] = 1, 0x09000000, 0x4a000000
	mixRandom()
	words := map[int]uint32{0: 0xe4e7f110, 1: 0x15593bd1, 8: 0x466482d2, 15: 0x4e3c50a2}
	for i, want := range words {
		if got := pool.block[i]; got != want {
			t.Errorf("word %d of the block: %#x: want %#x", i, got, want)
		}
	}
	for i := range 8 {
		if pool.state[4+i] != pool.block[i] {
			t.Errorf("word %d of the key: want it replaced by the block's", i)
		}
	}
}

// Each byte that is stirred in changes what comes next, wherever it is, and none takes the key
// away. Planted: a key that is only replaced by the bytes is the same whatever it was.
func TestStirRandom(t *testing.T) {
	next := func(key uint32, stir func([]byte), from []byte) (to [16]byte) {
		pool.state, pool.ready = [16]uint32{4: key}, true
		stir(from)
		fillRandom(to[:])
		return to
	}
	replace := func(from []byte) {
		clear(pool.state[:])
		stirRandom(from)
	}
	seen := map[[16]byte]string{next(1, stirRandom, nil): "nothing"}
	for at := range 2*keyBytes + 5 {
		from := make([]byte, 2*keyBytes+5)
		from[at] = 0x80
		to := next(1, stirRandom, from)
		if other, has := seen[to]; has {
			t.Errorf("byte %d set stirs like %s", at, other)
		}
		seen[to] = fmt.Sprintf("byte %d set", at)
		if next(2, stirRandom, from) == to {
			t.Errorf("byte %d set: the key before does not matter", at)
		}
		if next(2, replace, from) != next(1, replace, from) {
			t.Error("a key that is replaced matters: want it found out")
		}
	}
}

// Last words are the first line of what the runtime says last, in however many writes it comes.
func TestListen(t *testing.T) {
	for _, text := range []string{
		"hello\n", "panic: ", "index", " out of range\n", "goroutine 1\n", "panic", ": no\n",
	} {
		listen([]byte(text))
	}
	if got := string(lastWords.bytes[:lastWords.size]); got != "panic: index out of range" {
		t.Errorf("last words: %q", got)
	}
}

// A timer that is due is set all the same, and one that is far away as far as it goes.
func TestTimerCount(t *testing.T) {
	const perNano = 1 << 32 // one count a nanosecond
	for _, c := range []struct{ at, now, want uint64 }{
		{0, 100, timerNanosMin}, {100 + timerNanosMin, 100, timerNanosMin},
		{1_000_100, 100, 1_000_000}, {1 << 40, 0, 1<<32 - 1},
	} {
		if got := timerCount(c.at, c.now, perNano); uint64(got) != c.want {
			t.Errorf("timer from %d to %d: %d: want %d", c.now, c.at, got, c.want)
		}
	}
}

// KVM's multiplier and shift become nanoseconds per tick: at 2.5 GHz 0.4, at 250 MHz 4.
func TestKVMScale(t *testing.T) {
	for _, c := range []struct {
		multiplier uint32
		shift      int8
		want       uint64
	}{{0xcccc_cccc, -1, 0x6666_6666}, {1 << 31, 3, 4 << 32}, {5, -128, 0}} {
		if got := kvmScale(c.multiplier, c.shift); got != c.want {
			t.Errorf("scale of %#x shifted by %d: %#x: want %#x", c.multiplier, c.shift, got,
				c.want)
		}
	}
}
