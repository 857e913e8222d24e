package shell

import (
	"fmt"
	"slices"
	"time"
)

func ping(sh *shell, args []string) error {
	p, err := sh.parsePeer(args[0])
	if err != nil {
		return err
	}
	time.Sleep(idleBefore)
	asleep, _, err := p.rally.play(1, 1, 0)
	if err != nil {
		return err
	}
	awake, _, err := p.rally.play(rallyShots, 1, 0)
	if err != nil {
		return err
	}
	fmt.Fprintf(sh.out, "%v answers in %v from sleep, in %v when awake\n", p.id, asleep,
		awake/rallyShots)
	return nil
}

func bench(sh *shell, args []string) error {
	if args[0] != "msg" {
		return usageError{fmt.Errorf("shell: bench %q: want msg", args[0])}
	}
	p, err := sh.benchPeer(args[1:])
	if err != nil {
		return err
	}
	call, err := sh.median(p, 1, 0)
	if err != nil {
		return err
	}
	stream, err := sh.median(p, streamFlight, streamLoads)
	if err != nil {
		return err
	}
	fmt.Fprintf(sh.out, "call to %v, there and back: %.1f ns\nstream of messages: %.1f ns each\n",
		p.id, call, stream)
	return nil
}

// benchPeer returns the core to measure with: the one that is named, or else the next one.
func (sh *shell) benchPeer(args []string) (*peer, error) {
	if len(args) > 0 {
		return sh.parsePeer(args[0])
	}
	boot := sh.core.Boot()
	if len(boot.Cores) == 1 {
		return nil, fmt.Errorf("shell: 1 core: want at least 2 to measure messages")
	}
	next := (slices.Index(boot.Cores, boot.Core) + 1) % len(boot.Cores)
	return sh.parsePeer(fmt.Sprint(boot.Cores[next].Index()))
}

// median returns the nanoseconds for each message sent, median over short rallies.
func (sh *shell) median(p *peer, flight, loads int) (float64, error) {
	var samples []float64
	for end := sh.core.Now().Add(benchTime); len(samples) == 0 || sh.core.Now() < end; {
		took, sent, err := p.rally.play(rallyShots, flight, loads)
		if err != nil {
			return 0, err
		}
		samples = append(samples, float64(took)/float64(sent))
	}
	slices.Sort(samples)
	return samples[len(samples)/2], nil
}
