package litmus

import (
	"sync/atomic"

	"skerry/msgpass"
)

// shape is what both sides do. Side 0 returns how often it saw each outcome.
type shape struct {
	name      string
	run       func(s *side) counts
	outcomes  []string // the names of counts
	forbidden int      // the index of the outcome that x86-TSO excludes; -1: none
	planted   bool     // the FORBIDDEN outcome must be seen
}

// counts is how often each outcome was seen.
type counts [3]int

const rounds = 200_000

func shapes() []shape {
	passed := []string{"nothing new", "flag with data", "flag without data"}
	buffered := []string{"both see", "one sees", "none sees"}
	carried := []string{"nothing new", "whole", "torn or written over"}
	return []shape{
		{"message passing", passing(false), passed, 2, false},
		{"PLANTED: flag first", passing(true), passed, 2, true},
		{"store buffering", buffering(false), buffered, -1, false},
		{"store buffering, fences", buffering(true), buffered, 2, false},
		{"message of 1 line", carrying(1, sound), carried, 2, false},
		{"message of 3 lines", carrying(3, sound), carried, 2, false},
		{"message of 16 lines", carrying(16, sound), carried, 2, false},
		{"PLANTED: first header first", carrying(3, headerFirst), carried, 2, true},
		{"PLANTED: release, then read", carrying(3, releaseFirst), carried, 2, true},
	}
}

// passing: side 1 writes data, then a flag in another line, by plain stores; side 0 reads the flag,
// then the data.
func passing(flagFirst bool) func(s *side) counts {
	return func(s *side) (seen counts) {
		data, flag := s.lines[2], s.lines[3]
		data[0], flag[0] = 0, 0
		s.meet()
		if s.index == 1 {
			for i := uint64(1); i <= rounds; i++ {
				if flagFirst {
					flag[0] = i
					msgpass.Pause()
					data[0] = i
					continue
				}
				data[0] = i
				flag[0] = i
			}
			return seen
		}
		for last := uint64(0); last < rounds; {
			// ORDER: flag before data; pairs with the plain stores above.
			f, d := atomic.LoadUint64(&flag[0]), atomic.LoadUint64(&data[0])
			switch {
			case f == last:
				seen[0]++
			case d >= f:
				seen[1]++
			default:
				seen[2]++
			}
			last = f
		}
		return seen
	}
}

// buffering: each side writes its word by a plain store, then reads the other's.
func buffering(fences bool) func(s *side) counts {
	return func(s *side) (seen counts) {
		own, other := s.lines[4+s.index], s.lines[5-s.index]
		mine, theirs := s.lines[6+s.index], s.lines[7-s.index]
		own[0] = 0
		var fence uint64
		for i := uint64(1); i <= rounds; i++ {
			s.meet()
			own[0] = i
			if fences {
				// ORDER: a full barrier, as msgpass has it; pairs with the other side's.
				atomic.SwapUint64(&fence, i)
			}
			// ORDER: what is tested.
			missed := i - min(i, atomic.LoadUint64(&other[0]))
			mine[0] = min(missed, 1)
			s.meet()
			seen[mine[0]+theirs[0]]++
		}
		return seen
	}
}

// Ways to carry messages, sound and with planted bugs.
type way int

const (
	sound way = iota
	headerFirst
	releaseFirst
)

// carrying: side 1 sends messages of some lines by a ring that is full most of the time; side 0
// receives them, and looks twice.
func carrying(lines int, how way) func(s *side) counts {
	return func(s *side) counts {
		if s.index == 0 {
			clear(s.ring)
			s.lines[8][0] = 0
		}
		s.meet()
		if s.index == 1 {
			send(s, lines, how)
			s.meet()
			return counts{}
		}
		seen := receive(s, how)
		// ORDER: pairs with the load in send.
		atomic.StoreUint64(&s.lines[8][0], 1)
		s.meet()
		return seen
	}
}

// send sends messages, all words of which are their number, until all are sent or side 0 has seen
// enough.
func send(s *side, lines int, how way) {
	sender, err := msgpass.NewSender(s.ring, 0)
	if err != nil {
		panic(err)
	}
	size := lines * msgpass.PayloadBytes
	h := msgpass.MakeHeader(msgpass.TypeFirst, size, 0)
	for i := uint64(1); i <= rounds; i++ {
		first := sender.TrySlots(size)
		for ; first == nil; first = sender.TrySlots(size) {
			// ORDER: pairs with the store in carrying.
			if atomic.LoadUint64(&s.lines[8][0]) != 0 {
				return
			}
			msgpass.Pause()
		}
		if how == headerFirst {
			first[msgpass.PayloadWords] = uint64(h)
			linger()
		}
		fill(first, i)
		for n := 1; n < lines; n++ {
			fill(sender.Further(n), i)
		}
		sender.PublishMessage(h)
	}
}

// linger gives the other side the time to run into a planted bug: some microseconds, so that it
// does however far away its CPU is.
func linger() {
	for range 100 {
		msgpass.Pause()
	}
}

func fill(l *msgpass.Line, word uint64) {
	for w := range msgpass.PayloadWords {
		l[w] = word
	}
}

// receive counts the messages that are as they were sent, and stops at one that is not.
func receive(s *side, how way) (seen counts) {
	r, err := msgpass.NewReceiver(s.ring, 0)
	if err != nil {
		panic(err)
	}
	for i := uint64(1); i <= rounds && seen[2] == 0; {
		l, h := r.Peek()
		if h == 0 {
			seen[0]++
			continue
		}
		if how == releaseFirst {
			r.ReleaseMessage(h)
			linger()
			seen[look(r, l, h, i, -h.Size()/msgpass.PayloadBytes)]++
			i++
			continue
		}
		first := look(r, l, h, i, 0)
		seen[max(first, look(r, l, h, i, 0))]++
		r.ReleaseMessage(h)
		i++
	}
	return seen
}

// look returns 1 if the message holds its number in all words, else 2. Its lines begin offset lines
// behind the one that Further calls line 0.
func look(r *msgpass.Receiver, l *msgpass.Line, h msgpass.Header, number uint64, offset int) int {
	for n := range h.Size() / msgpass.PayloadBytes {
		if n > 0 {
			var ok bool
			if l, ok = r.Further(n + offset); !ok && offset == 0 {
				return 2
			}
		}
		for w := range msgpass.PayloadWords {
			// ORDER: after the header; pairs with the plain stores of fill.
			if atomic.LoadUint64(&l[w]) != number {
				return 2
			}
		}
	}
	return 1
}
