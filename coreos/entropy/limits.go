package entropy

import "time"

const (
	// seedBytes is what each core is given at once: as much as the key of its generator has.
	seedBytes = 4 * 8

	// stirEvery is how often. A core that starts is given a seed within that time.
	stirEvery = 2 * time.Second

	// claimEvery is how often a core that may drive the source tries to, while another one does.
	claimEvery = time.Second
)
