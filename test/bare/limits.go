package bare

import "time"

// How long a test waits for what must come: far longer than it takes on a machine that is busy with
// other things. Cores that are emulated share the host's.
const (
	patienceBase    = 60 * time.Second
	patiencePerCore = 15 * time.Second
)

func patience(cores int) time.Duration {
	return patienceBase + time.Duration(cores)*patiencePerCore
}
