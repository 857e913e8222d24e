package net

import (
	"testing"
	"time"

	"skerry/coreos/vitals"
)

// What the core with the card has counted, frames and those that are none among them, is told with
// its vitals, as what each of its names says.
func TestCountsAreTold(t *testing.T) {
	r := newRig(t, 2, static(), 0)
	l := r.lives[0]
	if err := l.node.report(l.os); err != nil {
		t.Fatal(err)
	}
	v, err := vitals.Of(l.os)
	if err != nil {
		t.Fatal(err)
	}
	r.lives[1].serve(80)
	c, _ := r.connect(machineIP, 80)
	r.converse(c, 1000)
	r.wire.Inject([]byte("no frame"))
	got := map[string]uint64{}
	await(t, "what is no frame to be counted", func() bool {
		for _, c := range v.Gather(time.Second)[0].Counters {
			got[c.Name] = c.Value
		}
		return got["net_malformed_total"] == 1
	})
	if got["net_received_total"] < 3 || got["net_sent_total"] < 3 || len(got) != 8 {
		t.Errorf("%v: want 8 counts, of frames received and sent among them", got)
	}
}
