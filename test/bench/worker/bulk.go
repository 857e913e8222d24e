package worker

import (
	"encoding/binary"
	"fmt"

	"skerry/msgpass"
)

// take returns a buffer of the channel's pool, and waits while the other side has all of them.
func take(e *end) msgpass.Buffer {
	b, ok := e.channel.Pool.Take()
	for !ok {
		msgpass.Pause()
		b, ok = e.channel.Pool.Take()
	}
	return b
}

// lend hands a full buffer over.
func lend(e *end, b msgpass.Buffer) {
	send(&e.channel.Out, uint64(e.channel.Pool.Lend(b, bulkBytes)))
}

// borrow waits for a full buffer.
func borrow(e *end) (msgpass.Descriptor, []byte, error) {
	l, h := e.channel.In.Peek()
	for h == 0 {
		msgpass.Pause()
		l, h = e.channel.In.Peek()
	}
	d := msgpass.Descriptor(l[0])
	e.channel.In.Release(l)
	payload, err := e.channel.Loans.Open(d)
	return d, payload, err
}

// bulkCopyIn copies private buffers into the pool, with the writer that msgpass has for it.
func bulkCopyIn(e *end, count int) error {
	for range count {
		b := take(e)
		msgpass.Copy(b.Bytes, e.private)
		lend(e, b)
	}
	return nil
}

func bulkCopyOut(e *end, count int) error {
	for range count {
		d, payload, err := borrow(e)
		if err != nil {
			return err
		}
		copy(e.private, payload)
		e.channel.Loans.Return(d)
	}
	return nil
}

// bulkFill writes buffers in place, word by word: word w of buffer i is i + w.
func bulkFill(e *end, count int) error {
	for i := range count {
		b := take(e)
		for at, v := 0, uint64(i); at+8 <= len(b.Bytes); at, v = at+8, v+1 {
			binary.LittleEndian.PutUint64(b.Bytes[at:], v)
		}
		lend(e, b)
	}
	return nil
}

// bulkSum reads buffers in place.
func bulkSum(e *end, count int) error {
	const words = bulkBytes / 8
	for i := range count {
		d, payload, err := borrow(e)
		if err != nil {
			return err
		}
		total := uint64(0)
		for at := 0; at+8 <= len(payload); at += 8 {
			total += binary.LittleEndian.Uint64(payload[at:])
		}
		e.channel.Loans.Return(d)
		if want := uint64(i)*words + words*(words-1)/2; total != want {
			return fmt.Errorf("worker: buffer %d adds up to %d: want %d", i, total, want)
		}
	}
	return nil
}
