package shell

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"skerry/kernel"
)

// mib is the unit in which memory is shown.
const mib = 1 << 20

// reports asks all cores at once how they are; those that do not answer are missing.
func (sh *shell) reports() map[kernel.CoreID]report {
	sh.loop.Lock()
	reports := map[kernel.CoreID]report{sh.core.Boot().Core: sh.report()}
	sh.loop.Unlock()
	var all sync.WaitGroup
	var mu sync.Mutex
	for id, p := range sh.peers {
		all.Go(func() {
			if r, err := ask(p.report); err == nil {
				mu.Lock()
				defer mu.Unlock()
				reports[id] = r
			}
		})
	}
	all.Wait()
	return reports
}

// report asks a core how it is.
func (p *peer) report() (r report, err error) {
	r.life, r.uptime, r.memory, r.heap, r.collections, r.messages, err = p.member.Report()
	return r, err
}

func showCores(sh *shell, _ []string) error {
	reports := sh.reports()
	w := sh.table()
	fmt.Fprintln(w, "core\tstate\tuptime\tmemory\tmessages\trestarts\tlast death")
	for _, id := range sh.core.Boot().Cores {
		e, died := sh.core.Epitaph(id)
		death := "-"
		if died {
			death = fmt.Sprintf("%v: %s", e.Cause, e.Reason)
		}
		r, answers := reports[id]
		if !answers {
			fmt.Fprintf(w, "%d\t%s\t-\t-\t-\t%d\t%s\n", id.Index(), sh.silentState(id, died),
				max(e.Incarnation, 1)-1, death)
			continue
		}
		fmt.Fprintf(w, "%d\t%s\t%v\t%.1f MiB\t%d\t%d\t%s\n", id.Index(), sh.state(id),
			r.uptime.Round(time.Millisecond), float64(sh.memory(id, r))/mib, r.messages, r.life-1,
			death)
	}
	return w.Flush()
}

// state returns what is shown for a core that answers.
func (sh *shell) state(id kernel.CoreID) string {
	if id == sh.core.Boot().Core {
		return "running, console"
	}
	return "running"
}

// silentState returns what is shown for a core that does not answer.
func (sh *shell) silentState(id kernel.CoreID, died bool) string {
	if sh.look != nil {
		s, err := sh.look.Status(id)
		switch {
		case errors.Is(err, kernel.ErrForbidden):
			return "hidden"
		case err == nil && (s.State != kernel.Running || sh.peers[id] == nil):
			return s.State.String()
		}
		return "no answer"
	}
	if died && !sh.up(id) {
		return "dead"
	}
	return "no answer"
}

// up tells whether the channel to a core is up.
func (sh *shell) up(id kernel.CoreID) bool {
	sh.loop.Lock()
	defer sh.loop.Unlock()
	return sh.hears(id)
}

// hears tells the same under the loop's lock.
func (sh *shell) hears(id kernel.CoreID) bool {
	c := sh.loop.Channel(id)
	return c != nil && c.Up()
}

// memory returns what an instance uses: by its driver's count, or else by its own.
func (sh *shell) memory(id kernel.CoreID, r report) uint64 {
	if sh.look != nil {
		if s, err := sh.look.Status(id); err == nil {
			return s.Memory
		}
	}
	return r.memory
}

func showMemory(sh *shell, _ []string) error {
	reports := sh.reports()
	w := sh.table()
	fmt.Fprintln(w, "core\tin use\tof\tGo heap\tcollections")
	for _, id := range sh.core.Boot().Cores {
		r, answers := reports[id]
		if !answers {
			fmt.Fprintf(w, "%d\t-\t%s\t-\t-\n", id.Index(), sh.memoryMax(id))
			continue
		}
		fmt.Fprintf(w, "%d\t%.1f MiB\t%s\t%.1f MiB\t%d\n", id.Index(),
			float64(sh.memory(id, r))/mib, sh.memoryMax(id), float64(r.heap)/mib, r.collections)
	}
	return w.Flush()
}

// memoryMax returns what an instance may use, as far as the driver tells.
func (sh *shell) memoryMax(id kernel.CoreID) string {
	if sh.look != nil {
		if s, err := sh.look.Status(id); err == nil {
			return fmt.Sprintf("%.1f MiB", float64(s.MemoryMax)/mib)
		}
	}
	return "-"
}

func showTrace(sh *shell, args []string) error {
	id := sh.core.Boot().Core
	if len(args) > 0 {
		var err error
		if id, err = sh.parseCore(args[0]); err != nil {
			return err
		}
	}
	if sh.look == nil {
		return errLook
	}
	events, err := sh.look.Trace(id)
	if err != nil {
		return fmt.Errorf("shell: trace of %v: %w", id, err)
	}
	w := sh.table()
	for _, e := range events {
		fmt.Fprintf(w, "%.6f s\t%s\n", time.Duration(e.At).Seconds(), e.What)
	}
	return w.Flush()
}
