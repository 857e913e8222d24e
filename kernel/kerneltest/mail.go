package kerneltest

import (
	"errors"
	"fmt"
	"sync/atomic"

	"skerry/kernel"
)

// The sizes of a mail box and of the text in it.
const (
	mailBytes = 4096
	textBytes = 1024
)

// mail is how the conductor and the player of one core talk: a box in the last page of the window
// between the first core and the player's core. It rests on nothing that a case tests but memory.
//
//	owner      words
//	player     life, answer, refusal, values, textSize, text
//	conductor  request, op, args
//
// The conductor writes op and args, then a new number to request. Until the player has put the same
// number in answer, all words but life are the player's; then they are the conductor's.
type mail struct {
	life uint64 // incarnation of the player that reads this box
	_    [7]uint64

	request uint64
	op      op
	args    [4]uint64
	_       [2]uint64

	answer   uint64
	refusal  uint64 // index in refusals
	values   [4]uint64
	textSize uint64
	_        uint64
	text     [textBytes]byte

	_ [mailBytes - 3*64 - textBytes]byte
}

// result is what an op returns. err is one of refusals, or some failed check; text is what a case
// wants to read, or the text of err.
type result struct {
	values [4]uint64
	text   string
	err    error
}

// refusals are the answers of a driver that a case can tell apart, nil first; the last stands for
// any other error.
var refusals = [...]error{
	nil, kernel.ErrNoCore, kernel.ErrSelf, kernel.ErrRunning, kernel.ErrNotRunning, errCheck,
}

// errCheck is an error of a player that is none of the kernel's refusals.
var errCheck = errors.New("kerneltest: a check failed")

// put publishes a request.
func (m *mail) put(number uint64, o op, args [4]uint64) {
	m.op, m.args = o, args
	// ORDER: publishes op and args; pairs with the load in next.
	atomic.StoreUint64(&m.request, number)
}

// next returns the number of the latest request.
func (m *mail) next() uint64 {
	// ORDER: acquires op and args; pairs with the store in put.
	return atomic.LoadUint64(&m.request)
}

// reply publishes the result of a request.
func (m *mail) reply(number uint64, r result) {
	m.refusal, m.values = 0, r.values
	for i, refusal := range refusals {
		if r.err != nil && (errors.Is(r.err, refusal) || refusal == errCheck) {
			m.refusal, r.text = uint64(i), r.err.Error()
			break
		}
	}
	m.textSize = uint64(copy(m.text[:], r.text))
	// ORDER: publishes the words above; pairs with the load in answered.
	atomic.StoreUint64(&m.answer, number)
}

// answered returns the result of a request, if it is there.
func (m *mail) answered(number uint64) (result, bool) {
	// ORDER: acquires the words below; pairs with the store in reply.
	if atomic.LoadUint64(&m.answer) != number {
		return result{}, false
	}
	r := result{values: m.values, text: string(m.text[:min(m.textSize, textBytes)])}
	if refusal := refusals[min(m.refusal, uint64(len(refusals)-1))]; refusal != nil {
		r.err = fmt.Errorf("%w: %s", refusal, r.text)
	}
	return r, true
}
