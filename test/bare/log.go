package bare

import (
	"regexp"
	"sync"
	"time"
)

// log is what a machine says, as it comes. One goroutine reads it.
type log struct {
	mu      sync.Mutex
	changed *sync.Cond
	text    []byte
	over    bool // the machine has ended; nothing will come

	matched int // where the last match ends; the reader's
}

func newLog() *log {
	l := &log{}
	l.changed = sync.NewCond(&l.mu)
	return l
}

// Write implements io.Writer.
func (l *log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, text...)
	l.changed.Broadcast()
	return len(text), nil
}

func (l *log) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	l.changed.Broadcast()
}

// ended tells whether the machine has. It is a condition for await.
func (l *log) ended() bool { return l.over }

// match returns the groups of an expression's first match after the last one, or nil. It is for
// conditions of await.
func (l *log) match(expression *regexp.Regexp) []string {
	rest := l.text[l.matched:]
	at := expression.FindSubmatchIndex(rest)
	if at == nil {
		return nil
	}
	l.matched += at[1]
	groups := make([]string, len(at)/2)
	for i := range groups {
		if at[2*i] >= 0 {
			groups[i] = string(rest[at[2*i]:at[2*i+1]])
		}
	}
	return groups
}

// await waits until a condition holds, which is asked with the lock held; false if it does not
// within so long.
func (l *log) await(holds func() bool, patience time.Duration) bool {
	late := false
	timer := time.AfterFunc(patience, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		late = true
		l.changed.Broadcast()
	})
	defer timer.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	for !late {
		if holds() {
			return true
		}
		l.changed.Wait()
	}
	return holds()
}

// String returns all that was said.
func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
