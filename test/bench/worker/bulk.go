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
func borrow(e *end) (msgpass.Loan, error) {
	l, h := e.channel.In.Peek()
	for h == 0 {
		msgpass.Pause()
		l, h = e.channel.In.Peek()
	}
	d := msgpass.Descriptor(l[0])
	e.channel.In.Release(l)
	return e.channel.Loans.Open(d)
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
		loan, err := borrow(e)
		if err != nil {
			return err
		}
		msgpass.Copy(e.private, loan.Bytes)
		e.channel.Loans.Return(loan)
	}
	return nil
}

// bulkFill writes buffers in place: all words of line n of buffer i are i + n.
func bulkFill(e *end, count int) error {
	for i := range count {
		b := take(e)
		v := uint64(i)
		for rest := b.Bytes; len(rest) >= msgpass.LineBytes; rest = rest[msgpass.LineBytes:] {
			fillLine((*[msgpass.LineBytes]byte)(rest), v)
			v++
		}
		lend(e, b)
	}
	return nil
}

func fillLine(line *[msgpass.LineBytes]byte, v uint64) {
	binary.LittleEndian.PutUint64(line[0:], v)
	binary.LittleEndian.PutUint64(line[8:], v)
	binary.LittleEndian.PutUint64(line[16:], v)
	binary.LittleEndian.PutUint64(line[24:], v)
	binary.LittleEndian.PutUint64(line[32:], v)
	binary.LittleEndian.PutUint64(line[40:], v)
	binary.LittleEndian.PutUint64(line[48:], v)
	binary.LittleEndian.PutUint64(line[56:], v)
}

// bulkSum reads buffers in place.
func bulkSum(e *end, count int) error {
	const lines = bulkBytes / msgpass.LineBytes
	for i := range count {
		loan, err := borrow(e)
		if err != nil {
			return err
		}
		total := sumWords(loan.Bytes)
		e.channel.Loans.Return(loan)
		if want := 8 * (uint64(i)*lines + lines*(lines-1)/2); total != want {
			return fmt.Errorf("worker: buffer %d adds up to %d: want %d", i, total, want)
		}
	}
	return nil
}

// sumWords adds up the words of whole lines, in four sums so that no addition waits for the last.
func sumWords(rest []byte) uint64 {
	var a, b, c, d uint64
	for ; len(rest) >= 32; rest = rest[32:] {
		words := (*[32]byte)(rest)
		a += binary.LittleEndian.Uint64(words[0:])
		b += binary.LittleEndian.Uint64(words[8:])
		c += binary.LittleEndian.Uint64(words[16:])
		d += binary.LittleEndian.Uint64(words[24:])
	}
	return a + b + c + d
}
