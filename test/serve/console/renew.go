package console

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// deaths are the commands by which a core dies: in its program, in its CPU driver, and by the order
// of another core.
var deaths = [...]string{"crash", "fault", "stop"}

// Renew ends a life of a core in a way that is drawn, and starts the next. The core may be the one
// that has the console.
func (c *Console) Renew(core int, life uint64, dice *rand.Rand, patience time.Duration) error {
	how := deaths[dice.IntN(len(deaths))]
	for _, step := range []struct{ line, answer string }{
		{fmt.Sprint(how, " ", core),
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
