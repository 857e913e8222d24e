package kerneltest

import (
	"bytes"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"skerry/kernel"
)

// pageBytes is the step in which a window is painted: the smallest page of the processor.
const pageBytes = 4096

// Words of a window that cases use, by index. They lie in a page that paint leaves alone.
const (
	wordTurn     = iota + pageBytes/8 - 8 // relay: number of the latest message
	wordStamp                             // relay: when it was sent
	wordScribble                          // written until the core dies
	wordLeft                              // left behind by a dead life
)

// window checks the form of a window; a refusal of the driver is the result.
func (p *player) window(args [4]uint64) result {
	w, err := p.whole(args[0])
	if err != nil {
		return result{err: err}
	}
	again, err := p.whole(args[0])
	switch {
	case err != nil:
		return result{err: err}
	case address(w)%64 != 0:
		return failed("window to %v is at %#x: want 64-byte alignment", peer(args[0]), address(w))
	case address(w) != address(again):
		return failed("window to %v moved from %#x to %#x: want it always the same",
			peer(args[0]), address(w), address(again))
	}
	return result{}
}

// whole returns a window, of the size that windows have.
func (p *player) whole(arg uint64) ([]byte, error) {
	w, err := p.core.Window(peer(arg))
	if err == nil && len(w) != kernel.WindowBytes {
		return nil, fmt.Errorf("window to %v has %d bytes: want %d",
			peer(arg), len(w), kernel.WindowBytes)
	}
	return w, err
}

// pages returns the pages of a window but the last, where a mail box may be.
func (p *player) pages(arg uint64) ([]byte, error) {
	w, err := p.whole(arg)
	if err != nil {
		return nil, err
	}
	return w[:kernel.WindowBytes-mailBytes], nil
}

func (p *player) zero(args [4]uint64) result {
	w, err := p.pages(args[0])
	zero := make([]byte, pageBytes)
	for at := 0; at < len(w); at += pageBytes {
		if !bytes.Equal(w[at:at+pageBytes], zero) {
			return failed("window to %v, page %d: want it zero at the start",
				peer(args[0]), at/pageBytes)
		}
	}
	return result{err: err}
}

// paint marks the first word of each page with a colour of this end's choice.
func (p *player) paint(args [4]uint64) result {
	w, err := p.pages(args[0])
	for at := 0; at < len(w); at += pageBytes {
		// ORDER: none needed; the mail box orders it. Pairs with the load in look.
		atomic.StoreUint64(wordIn(w, at/8), args[1]+uint64(at))
	}
	return result{err: err}
}

func (p *player) look(args [4]uint64) result {
	w, err := p.pages(args[0])
	for at := 0; at < len(w); at += pageBytes {
		// ORDER: none needed; the mail box orders it. Pairs with the store in paint.
		got, want := atomic.LoadUint64(wordIn(w, at/8)), args[1]+uint64(at)
		if got != want {
			return failed("window to %v, page %d holds %#x: want %#x, as its ends painted it",
				peer(args[0]), at/pageBytes, got, want)
		}
	}
	return result{err: err}
}

// word returns the word that the first two arguments name.
func (p *player) word(args [4]uint64) (*uint64, error) {
	w, err := p.pages(args[0])
	if err != nil {
		return nil, err
	}
	return wordIn(w, int(args[1])), nil
}

func (p *player) store(args [4]uint64) result {
	word, err := p.word(args)
	if err == nil {
		// ORDER: none needed; the mail box orders it. Pairs with the load in load, and in relay.
		atomic.StoreUint64(word, args[2])
	}
	return result{err: err}
}

func (p *player) load(args [4]uint64) result {
	word, err := p.word(args)
	if err != nil {
		return result{err: err}
	}
	// ORDER: none needed; the mail box orders it. Pairs with the store in store.
	return result{values: [4]uint64{atomic.LoadUint64(word)}}
}

// scribble leaves a goroutine behind that writes as long as the core lives. It asks for the time
// right before each write, since sim fences a life at its driver calls.
func (p *player) scribble(args [4]uint64) result {
	word, err := p.word(args)
	if err != nil {
		return result{err: err}
	}
	go func() {
		for count := uint64(1); ; count++ {
			time.Sleep(pollEvery)
			p.core.Now()
			// ORDER: none needed; that it changes is all. Pairs with the load in stopFences.
			atomic.StoreUint64(word, count)
		}
	}()
	return result{}
}

// errRelay is a relay whose other side fell silent.
var errRelay = errors.New("the other side of a relay fell silent")

// relay passes a message to and fro; each carries the time at which it was sent, and must not
// arrive before. Side 0 begins.
func (p *player) relay(args [4]uint64) result {
	w, err := p.pages(args[0])
	if err != nil {
		return result{err: err}
	}
	turn, stamp := wordIn(w, wordTurn), wordIn(w, wordStamp)
	for mine := args[1] + 1; mine <= 2*clockRounds; mine += 2 {
		// ORDER: acquires the stamp; pairs with the store of turn below, at the other end.
		if !await(p.core, waitLong, func() bool { return atomic.LoadUint64(turn) == mine-1 }) {
			return result{err: errRelay}
		}
		// ORDER: ordered by turn; pairs with the store of stamp below, at the other end.
		sent := kernel.Instant(atomic.LoadUint64(stamp))
		now := p.core.Now()
		if mine > 1 && now < sent {
			return failed("a message of %v arrived %v before it was sent: want one clock for all",
				peer(args[0]), sent.Sub(now))
		}
		// ORDER: published by turn; pairs with the load of stamp above, at the other end.
		atomic.StoreUint64(stamp, uint64(p.core.Now()))
		// ORDER: publishes the stamp; pairs with the load of turn above, at the other end.
		atomic.StoreUint64(turn, mine)
	}
	return result{}
}
