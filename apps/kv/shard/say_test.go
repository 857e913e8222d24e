package shard

import (
	"fmt"
	"strings"
)

// say makes a message readable.
func say(cores int) func([]byte) string {
	return func(body []byte) string {
		var in message
		if in.parse(body, cores, cores); in.kind == none {
			return string(body[min(1, len(body)):]) // a client's command
		}
		if !in.kind.runs() {
			return in.words()
		}
		var words []string
		rest := in.body
		for ok := true; len(rest) > 0 && ok; {
			if in.body, rest, ok = cutPiece(rest); ok {
				words = append(words, in.words())
			}
		}
		return strings.Join(words, "; ")
	}
}

// runs tells whether a message has commands or replies.
func (k kind) runs() bool { return k == request || k == reply || k == replay }

// append appends the message as it travels; commands and replies in a run of their own.
func (m *message) append(b []byte) []byte {
	b = m.head().append(b)
	if m.kind.runs() {
		return appendPiece(b, m.body)
	}
	return append(b, m.body...)
}

// words returns what a message says, for people.
func (m *message) words() string {
	s := fmt.Sprintf("shard %d: ", m.shard)
	switch m.kind {
	case hello:
		return fmt.Sprintf("hello, I live life %d%s", m.seq, m.when(ask, "; and you?"))
	case announce:
		return s + fmt.Sprintf("I am its primary in view %d%s", m.view,
			m.when(backed, ", with a backup"))
	case request:
		return s + fmt.Sprintf("please %q", m.body)
	case reply:
		return s + fmt.Sprintf("it is %q", m.body)
	case refuse:
		return s + "not done" + m.when(away, ", I am not its primary")
	case learn:
		backup := "I have no backup"
		if m.core != nobody {
			backup = fmt.Sprintf("my backup is core %d", m.core)
		}
		return s + fmt.Sprintf("learn it; this is view %d, and %s", m.view, backup)
	case chunk:
		part := strings.Join(strings.Fields(string(m.body[1:])), " ")
		return s + fmt.Sprintf("%d. part %d is (%s)", m.seq, m.body[0], part)
	case replay:
		return s + fmt.Sprintf("%d. do %q", m.seq, m.body)
	case redo:
		return s + fmt.Sprintf("%d. do what you asked for", m.seq)
	case join:
		return s + fmt.Sprintf("%d. be its backup in view %d", m.seq, m.view)
	case ack:
		return s + fmt.Sprintf("I have all up to %d", m.seq)
	case release:
		return s + fmt.Sprintf("let go, core %d inherits view %d", m.core, m.view)
	case released:
		return s + "I have let go"
	case take:
		return s + fmt.Sprintf("take it over in view %d%s", m.view,
			m.when(backed, ", I back you up"))
	case query:
		return s + "do you hold it?"
	}
	return s + m.when(later, "ask me later; ") + "I hold it" + m.unless(holds, " not")
}

func (m *message) when(flag uint8, text string) string {
	if m.has(flag) {
		return text
	}
	return ""
}

func (m *message) unless(flag uint8, text string) string {
	if m.has(flag) {
		return ""
	}
	return text
}
