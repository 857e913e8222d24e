package main

import (
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
