package recorder

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// witness is an idle connection to a core, which is to end with the core's life.
type witness struct {
	core  int
	ended chan time.Time
	err   error // once ended
}

// newWitness connects until the core is the one that serves.
func newWitness(address string, core int, patience time.Duration) (*witness, error) {
	r := &Recorder{address: address}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(pause) {
		c, err := r.connect()
		if err != nil {
			continue
		}
		text, err := c.info()
		if err == nil && strings.Contains(text, fmt.Sprintf("\r\ncore:%d\r\n", core)) {
			w := &witness{core: core, ended: make(chan time.Time, 1)}
			go w.watch(c, patience)
			return w, nil
		}
		c.conn.Close()
	}
	return nil, fmt.Errorf("recorder: core %d has taken no connection in %v", core, patience)
}

// watch waits for the connection's end.
func (w *witness) watch(c *client, patience time.Duration) {
	c.conn.SetDeadline(time.Now().Add(patience))
	_, err := c.in.ReadByte()
	now := time.Now()
	c.conn.Close()
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		w.err = fmt.Errorf("recorder: idle connection to core %d, which died: %v after %v: want "+
			"its end", w.core, err, patience)
	}
	w.ended <- now
}

// await returns when the connection ended.
func (w *witness) await() (time.Time, error) {
	now := <-w.ended
	return now, w.err
}
