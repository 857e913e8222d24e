package image

import (
	"fmt"
	"slices"
	"testing"

	"skerry/tools/machine"
)

// A program collects garbage while its core still has memory left, however much that is.
func TestProgramsLeaveMemory(t *testing.T) {
	for _, mebibytes := range []uint64{16, 128, 3072} {
		const text = "cores = 1\nmemory = \"%dMiB\"\n[[app]]\nname = \"a\"\n"
		m, err := machine.Parse([]byte(fmt.Sprintf(text, mebibytes)), "test", nil)
		if err != nil {
			t.Fatal(err)
		}
		env := programOf(m, 0, "instance").Env
		want := fmt.Sprintf("GOMEMLIMIT=%d", mebibytes<<20/4*3)
		if !slices.Contains(env, want) || !slices.Contains(env, "GOGC=400") {
			t.Errorf("a core of %d MiB: environment %q: want %s, and GOGC=400", mebibytes, env,
				want)
		}
	}
}
