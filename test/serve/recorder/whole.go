package recorder

import (
	"fmt"
	"strings"
	"time"
)

// AwaitWhole waits until a life of a core says that the store is as it should be: each of its
// shards is at home, and has a backup. So no death that the core has not heard of is left to be
// mended, if it was started after it.
func AwaitWhole(address string, core int, homes []int, life uint64, patience time.Duration) error {
	r := &Recorder{address: address}
	last := "no answer"
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(pause) {
		text, err := r.info()
		if err != nil {
			last = err.Error()
			continue
		}
		if !strings.Contains(text, fmt.Sprintf("\r\ncore:%d\r\nlife:%d\r\n", core, life)) {
			continue // it came to another core
		}
		if last = text; whole(text, homes) {
			return nil
		}
	}
	return fmt.Errorf("recorder: life %d of core %d does not say in %v that the store is whole: %s",
		life, core, patience, last)
}

// info asks any core how it is.
func (r *Recorder) info() (string, error) {
	c, err := r.connect()
	if err != nil {
		return "", err
	}
	defer c.conn.Close()
	return c.info()
}

// info asks the core that serves the client how it is.
func (c *client) info() (string, error) {
	if err := c.conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return "", err
	}
	if _, err := c.conn.Write(command("INFO")); err != nil {
		return "", err
	}
	text, _, err := c.reply()
	return text, err
}

// whole tells whether INFO tells of a store as it should be.
func whole(info string, homes []int) bool {
	for shard, home := range homes {
		_, rest, found := strings.Cut(info, fmt.Sprintf("\r\nshard%d:primary=%d,", shard, home))
		line, _, _ := strings.Cut(rest, "\r\n")
		if !found || !strings.Contains(line, ",synced=true") {
			return false
		}
	}
	return true
}
