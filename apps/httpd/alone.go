package httpd

import (
	"net"
	"time"

	"skerry/coreos/vitals"
)

// ServeAlone serves the site in an ordinary process, without a machine: the same code, for
// comparison. It returns when it can serve no more.
func ServeAlone(l net.Listener) error {
	h, err := newHandler(0, func(time.Duration) []vitals.Report { return nil })
	if err != nil {
		return err
	}
	return h.serve(newSeats(l, connectionsMax))
}
