package console

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Fault is the command by which a core's CPU driver fails.
const Fault = "fault"

// Draw draws the command by which a core is to die: in its program, in its CPU driver, or by the
// order of another core.
func Draw(dice *rand.Rand) string {
	all := [...]string{"crash", Fault, "stop"}
	return all[dice.IntN(len(all))]
}

// Renew ends a life of a core by a command, and starts the next. The core may be the one that has
// the console.
func (c *Console) Renew(core int, life uint64, command string, patience time.Duration) error {
	for _, step := range []struct{ line, answer string }{
		{fmt.Sprint(command, " ", core),
			fmt.Sprintf(`core %d, life %d: (panicked|faulted|stopped)`, core, life)},
		{fmt.Sprint("start ", core), fmt.Sprintf(`core %d, life %d: answers`, core, life+1)},
	} {
		if err := c.Type(step.line); err != nil {
			return err
		}
		if _, err := c.Expect(step.answer, patience); err != nil {
			return fmt.Errorf("%w, after %q", err, step.line)
		}
	}
	return nil
}
