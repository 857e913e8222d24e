package shard

import "encoding/binary"

// kind is what a message is.
type kind uint8

// The kinds of messages, with what their fields mean.
const (
	none     kind = iota // no core sends it
	hello                // seq: life of the sender; time: see clock; ask: answer, please
	announce             // the sender is primary; view; backed
	request              // seq: number of a run; fresh: first after a refusal; body: commands
	reply                // seq: of the run; body: replies, all or some that are still to come
	refuse               // seq: of the run; away: the sender is not primary now
	learn                // view; core, seq: the backup and its life; see replica.arbiter
	chunk                // seq; body: part of a snapshot
	replay               // seq; time; body: commands
	redo                 // seq; time: replay the oldest run that is under way
	join                 // seq; view: of which the receiver is backup
	ack                  // seq: up to which all was taken
	release              // view: of which core is the primary, and the sender backup
	released             // view
	take                 // view: of which the receiver is primary; backed: by the sender
	query                // seq: round; body: the last dead life of each core
	answer               // seq: round; view: the highest known; holds, later: a verdict
	kinds
)

// Flags of a message. Each kind has its own.
const (
	ask    = 1 << iota // hello
	backed             // announce, take
	fresh              // request
	away               // refuse
	holds              // answer
	later              // answer
)

// message is what one core tells another.
type message struct {
	kind  kind
	flags uint8
	shard int
	core  int // index of a core, or nobody
	seq   uint64
	view  uint64 // or time, in milliseconds
	body  []byte
}

// A message travels as its head, low bytes first, and the body.
//
//	offset   0     1      2      4     8    16            24
//	         kind  flags  shard  core  seq  view or time  body
const headBytes = 24

// nobody is no core.
const nobody = -1

// head is the head of a message as it travels: three words.
type head struct{ first, seq, view uint64 }

func (m *message) head() head {
	first := uint64(m.kind) | uint64(m.flags)<<8 | uint64(uint16(m.shard))<<16 | uint64(m.core)<<32
	return head{first, m.seq, m.view}
}

// append appends the head.
func (h head) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, h.first)
	b = binary.LittleEndian.AppendUint64(b, h.seq)
	return binary.LittleEndian.AppendUint64(b, h.view)
}

// parse takes a message apart; its body is part of b. The kind is none if no core sends that. A
// message is not copied, here or elsewhere: to load what was just stored in smaller pieces stalls
// the processor.
func (m *message) parse(b []byte, shards, cores int) {
	if len(b) < headBytes {
		*m = message{}
		return
	}
	first := binary.LittleEndian.Uint64(b)
	m.kind, m.flags = kind(first), uint8(first>>8)
	m.shard, m.core = int(uint16(first>>16)), int(int32(first>>32))
	m.seq = binary.LittleEndian.Uint64(b[8:])
	m.view = binary.LittleEndian.Uint64(b[16:])
	m.body = b[headBytes:]
	if m.kind >= kinds || m.shard >= shards || m.core < nobody || m.core >= cores {
		m.kind = none
	}
}

// time returns what a message has in the place of a view: the time, in milliseconds.
func (m *message) time() int64 { return int64(m.view) }

// has tells whether a flag is set.
func (m *message) has(flag uint8) bool { return m.flags&flag != 0 }
