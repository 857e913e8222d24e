package worker

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"skerry/coreos"
	"skerry/kernel"
	"skerry/msgpass"
)

// BareApp names the app by which the two cores of a machine on bare are the sides. Core 0 takes
// orders from the console and answers there; core 1 sleeps until it is told of one.
const BareApp = "bench-bare"

// kindOrder tells core 1 of an order: the index of the subject, the count, and the microseconds of
// the warm-up.
const kindOrder = kind + 3

// runBare is the program of each side.
func runBare(s *coreos.OS) error {
	own := s.Core().Boot().Core
	s.Loop().Lock()
	channel := s.Loop().Channel(1 - own)
	for !channel.Up() {
		if t := s.Loop().Turn(kernel.Forever); len(t.Faults) > 0 {
			return errors.Join(t.Faults...)
		}
	}
	e, err := bareEnd(int(own), channel)
	if err != nil {
		return err
	}
	if own == 1 {
		return obey(s, e)
	}
	fmt.Println("ready")
	return serve(os.Stdin, os.Stdout, func(o order) (time.Duration, error) {
		if err := command(s, e, o); err != nil {
			return 0, err
		}
		return runA(e, o)
	})
}

// bareEnd returns one side. There is no memory beside the window, so the rings lie in bulk buffers
// that the sides lend each other for good.
func bareEnd(side int, c *msgpass.Channel) (*end, error) {
	e := &end{side: side, channel: c, private: bytes.Repeat([]byte{1}, bulkBytes)}
	if err := c.Pool.Cut(bulkBytes); err != nil {
		return nil, err
	}
	own := take(e)
	clear(own.Bytes)
	lend(e, own)
	other, err := borrow(e)
	e.ringOut, e.ringIn = own.Bytes, other.Bytes
	return e, err
}

// command tells core 1 of an order.
func command(s *coreos.OS, e *end, o order) error {
	for i, subject := range subjects() {
		if subject.name == o.name {
			l := e.channel.Out.TrySlot()
			for l == nil {
				msgpass.Pause()
				l = e.channel.Out.TrySlot()
			}
			l[0], l[1], l[2] = uint64(i), uint64(o.count), uint64(o.warm.Microseconds())
			e.channel.Out.Publish(l, msgpass.MakeHeader(kindOrder, 24, 0))
			s.Loop().Flush()
			return nil
		}
	}
	return fmt.Errorf("worker: subject %q: want one of subjects()", o.name)
}

// obey is side B until core 0 has ended.
func obey(s *coreos.OS, e *end) error {
	for {
		t := s.Loop().Turn(kernel.Forever)
		if len(t.Deaths) > 0 {
			return nil
		}
		if t.Ready == nil {
			continue
		}
		l, h, err := e.channel.Next()
		if err != nil {
			return err
		}
		if h == 0 {
			continue
		}
		index, count, warm := l[0], l[1], l[2]
		e.channel.In.Release(l)
		if all := subjects(); h.Type() == kindOrder && index < uint64(len(all)) {
			o := order{all[index].name, int(count), time.Duration(warm) * time.Microsecond}
			if err := runB(e, o); err != nil {
				return err
			}
		}
	}
}
