package hosted

import (
	"errors"
	"fmt"
	"strings"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// outcome returns how a machine with these last epitaphs ended: nil if each core Exited or was
// Stopped, else a line for each way to end otherwise, with the cores that took it.
func outcome(last []kernel.Epitaph) error {
	type end struct {
		incarnation uint64
		cause       epitaph.Cause
		reason      string
	}
	cores := map[end][]string{}
	var order []end
	for _, e := range last {
		if e.Cause == epitaph.Exited || e.Cause == epitaph.Stopped {
			continue
		}
		k := end{e.Incarnation, e.Cause, e.Reason}
		if cores[k] == nil {
			order = append(order, k)
		}
		cores[k] = append(cores[k], e.Core.String())
	}
	var errs []error
	for _, k := range order {
		errs = append(errs, fmt.Errorf("%s, life %d: %v: %s", strings.Join(cores[k], ", "),
			k.incarnation, k.cause, k.reason))
	}
	return errors.Join(errs...)
}
