package litmus

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// No FORBIDDEN outcome is seen but where a planted bug allows it, and there it is.
func TestLitmus(t *testing.T) {
	if cpu := os.Getenv(cpuVariable); cpu != "" {
		beOther(t, cpu)
		return
	}
	s, end := pair(t)
	defer end()
	var table strings.Builder
	for _, shape := range shapes() {
		s.meet()
		seen := shape.run(s)
		for i, outcome := range shape.outcomes {
			verdict := "ALLOWED"
			if i == shape.forbidden {
				verdict = "FORBIDDEN"
			}
			fmt.Fprintf(&table, "%-28s %-22s %9d  %s\n", shape.name, outcome, seen[i], verdict)
		}
		if shape.forbidden >= 0 && (seen[shape.forbidden] > 0) != shape.planted {
			t.Errorf("%s: %q was seen %d times: planted bug: %v", shape.name,
				shape.outcomes[shape.forbidden], seen[shape.forbidden], shape.planted)
		}
	}
	t.Logf("\n%s", table.String())
}
