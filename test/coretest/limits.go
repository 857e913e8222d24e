package coretest

import "time"

const (
	// patience is how long a test waits for something that should be there soon.
	patience = 30 * time.Second

	// holdPatience is how long a core that is to die may be in the midst of something.
	holdPatience = time.Second
)
