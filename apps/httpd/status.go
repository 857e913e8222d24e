package httpd

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"

	"skerry/coreos/vitals"
	"skerry/kernel"
)

const mib = 1 << 20

// statusHead begins the status page.
const statusHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="5">
<title>Skerry: status</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<h1>Status</h1>
<p>%d cores, %d of them running. Asked by %v. <a href="/">About</a>,
<a href="/metrics">metrics</a>.</p>
<table>
<tr><th>core<th>state<th>uptime<th>memory<th>heap<th>collections<th>stopped<th>longest stop
<th>messages<th>restarts<th>last death<th>counts</tr>
`

// writeStatus writes a page for people.
func writeStatus(w io.Writer, by kernel.CoreID, reports []vitals.Report) {
	running := 0
	for _, r := range reports {
		if r.State == vitals.Running {
			running++
		}
	}
	fmt.Fprintf(w, statusHead, len(reports), running, by)
	for _, r := range reports {
		writeRow(w, r)
	}
	io.WriteString(w, "</table>\n</body>\n</html>\n")
}

// writeRow writes what is known of a core.
func writeRow(w io.Writer, r vitals.Report) {
	death := "-"
	if r.Died {
		death = fmt.Sprintf("%v: %s", r.Death.Cause, r.Death.Reason)
	}
	fmt.Fprintf(w, "<tr class=%q><td>%d<td>%v", strings.ReplaceAll(r.State.String(), " ", "-"),
		r.Core.Index(), r.State)
	if r.State == vitals.Running {
		fmt.Fprintf(w, "<td>%v<td>%.1f MiB<td>%.1f MiB<td>%d<td>%v<td>%s<td>%d",
			r.Uptime.Round(time.Second), float64(r.Memory)/mib, float64(r.Heap)/mib, r.Collections,
			r.Stopped.Round(time.Microsecond), longestStop(r), r.Messages)
	} else {
		io.WriteString(w, strings.Repeat("<td>-", 7))
	}
	fmt.Fprintf(w, "<td>%d<td>%s<td>", r.Life-1, html.EscapeString(death))
	for i, c := range r.Counters {
		if i > 0 {
			io.WriteString(w, "<br>")
		}
		fmt.Fprintf(w, "%s %d", c.Name, c.Value)
	}
	io.WriteString(w, "</tr>\n")
}

// longestStop returns how long a collection stopped a core at most, as far as it is known.
func longestStop(r vitals.Report) string {
	all := r.Stops[len(vitals.Bounds)]
	if all == 0 {
		return "-"
	}
	for i, bound := range vitals.Bounds {
		if r.Stops[i] == all {
			return fmt.Sprintf("≤ %v", bound)
		}
	}
	return fmt.Sprintf("&gt; %v", vitals.Bounds[len(vitals.Bounds)-1])
}
