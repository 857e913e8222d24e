package harness

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// TwoCPUs returns the first two CPUs that this process may run on.
func TwoCPUs() (first, second int, err error) {
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return 0, 0, fmt.Errorf("harness: read the allowed CPUs: %w", err)
	}
	var found []int
	for cpu := 0; cpu < len(allowed)*64 && len(found) < 2; cpu++ {
		if allowed.IsSet(cpu) {
			found = append(found, cpu)
		}
	}
	if len(found) < 2 {
		return 0, 0, fmt.Errorf("harness: %d CPUs may be used: want 2, a side each", len(found))
	}
	return found[0], found[1], nil
}
