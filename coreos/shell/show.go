package shell

import (
	"fmt"
	"time"

	"skerry/coreos/vitals"
	"skerry/kernel"
)

// mib is the unit in which memory is shown.
const mib = 1 << 20

func showCores(sh *shell, _ []string) error {
	w := sh.table()
	fmt.Fprintln(w, "core\tstate\tuptime\tmemory\tmessages\trestarts\tlast death")
	for _, r := range sh.vitals.Gather(answerPatience) {
		death := "-"
		if r.Died {
			death = fmt.Sprintf("%v: %s", r.Death.Cause, r.Death.Reason)
		}
		if r.State != vitals.Running {
			fmt.Fprintf(w, "%d\t%v\t-\t-\t-\t%d\t%s\n", r.Core.Index(), r.State, r.Life-1, death)
			continue
		}
		fmt.Fprintf(w, "%d\t%s\t%v\t%.1f MiB\t%d\t%d\t%s\n", r.Core.Index(), sh.state(r.Core),
			r.Uptime.Round(time.Millisecond), float64(r.Memory)/mib, r.Messages, r.Life-1, death)
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

// hears tells whether the channel to a core is up. The caller holds the loop's lock.
func (sh *shell) hears(id kernel.CoreID) bool {
	c := sh.loop.Channel(id)
	return c != nil && c.Up()
}

func showMemory(sh *shell, _ []string) error {
	w := sh.table()
	fmt.Fprintln(w, "core\tin use\tof\tGo heap\tcollections")
	for _, r := range sh.vitals.Gather(answerPatience) {
		if r.State != vitals.Running {
			fmt.Fprintf(w, "%d\t-\t%s\t-\t-\n", r.Core.Index(), sh.memoryMax(r.Core))
			continue
		}
		fmt.Fprintf(w, "%d\t%.1f MiB\t%s\t%.1f MiB\t%d\n", r.Core.Index(),
			float64(r.Memory)/mib, sh.memoryMax(r.Core), float64(r.Heap)/mib, r.Collections)
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
