package sim

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"
	"io"
	"strings"
	"time"

	"skerry/kernel"
	"skerry/kernel/step"
)

// happening is a kind of line of a trace; OTHER, LIFE and BODY stand for what note is given.
type happening struct {
	code byte
	text string
}

// The happenings that are not the input of a step.
var (
	sent    = happening{'s', "tells OTHER: BODY"}
	refused = happening{'f', "finds no room to tell OTHER: BODY"}
	lost    = happening{'l', "tells OTHER, which is dead: BODY"}
	missed  = happening{'m', "never hears what OTHER told: BODY"}
	died    = happening{'x', "dies in life LIFE"}
)

// happenings are the inputs of a step.
var happenings = [...]happening{
	step.Boot:    {'b', "begins life LIFE"},
	step.Message: {'h', "hears OTHER: BODY"},
	step.Tick:    {'t', "hears its alarm"},
	step.Death:   {'d', "learns that OTHER died in life LIFE"},
	step.Command: {'c', "is asked: BODY"},
}

// trace is the record of a run: always a hash of it, and text for those who want to read it.
type trace struct {
	hash hash.Hash64
	text io.Writer // nil: none
	say  func(body []byte) string
	head []byte // reused by note
}

func newTrace(cfg Config) trace {
	t := trace{hash: fnv.New64a(), text: cfg.Trace, say: cfg.Say}
	if t.say == nil {
		t.say = func(body []byte) string { return fmt.Sprintf("%q", body) }
	}
	return t
}

// note records that something happened on a core.
func (t *trace) note(
	at kernel.Instant, h happening, core, other kernel.CoreID, life uint64, body []byte,
) {
	b := append(t.head[:0], h.code)
	b = binary.LittleEndian.AppendUint64(b, uint64(at))
	b = binary.LittleEndian.AppendUint32(b, uint32(core))
	b = binary.LittleEndian.AppendUint32(b, uint32(other))
	b = binary.LittleEndian.AppendUint64(b, life)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
	t.head = b
	t.hash.Write(b)
	t.hash.Write(body)
	if t.text == nil {
		return
	}
	words := strings.NewReplacer(
		"OTHER", other.String(), "LIFE", fmt.Sprint(life), "BODY", t.say(body))
	fmt.Fprintf(t.text, "%-10v %-9v %s\n", time.Duration(at), core, words.Replace(h.text))
}
