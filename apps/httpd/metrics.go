package httpd

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"skerry/coreos/vitals"
)

// metric is one number of each core.
type metric struct {
	name, kind, help string
	value            func(vitals.Report) float64
}

// metrics returns what is told of cores that run.
func metrics() []metric {
	return []metric{
		{"skerry_uptime_seconds", "gauge", "for how long the core has run",
			func(r vitals.Report) float64 { return r.Uptime.Seconds() }},
		{"skerry_memory_bytes", "gauge", "memory that the instance uses",
			func(r vitals.Report) float64 { return float64(r.Memory) }},
		{"skerry_heap_bytes", "gauge", "of that on the Go heap",
			func(r vitals.Report) float64 { return float64(r.Heap) }},
		{"skerry_collections_total", "counter", "garbage collections",
			func(r vitals.Report) float64 { return float64(r.Collections) }},
		{"skerry_messages_total", "counter", "messages received from other cores",
			func(r vitals.Report) float64 { return float64(r.Messages) }},
	}
}

// writeMetrics writes the text format of Prometheus, version 0.0.4.
func writeMetrics(w io.Writer, reports []vitals.Report) {
	begin(w, "skerry_core_up", "gauge", "1 if the core runs and answers")
	for _, r := range reports {
		up := 0
		if r.State == vitals.Running {
			up = 1
		}
		fmt.Fprintf(w, "skerry_core_up{core=\"%d\"} %d\n", r.Core.Index(), up)
	}
	begin(w, "skerry_restarts_total", "counter", "lives of the core before the present or last one")
	for _, r := range reports {
		fmt.Fprintf(w, "skerry_restarts_total{core=\"%d\"} %d\n", r.Core.Index(), r.Life-1)
	}
	running := slices.DeleteFunc(slices.Clone(reports), func(r vitals.Report) bool {
		return r.State != vitals.Running
	})
	for _, m := range metrics() {
		begin(w, m.name, m.kind, m.help)
		for _, r := range running {
			fmt.Fprintf(w, "%s{core=\"%d\"} %v\n", m.name, r.Core.Index(), m.value(r))
		}
	}
	writeStops(w, running)
	writeCounters(w, running)
}

// begin writes what comes before the lines of a metric.
func begin(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// writeStops writes how long collections stop each core, as a histogram.
func writeStops(w io.Writer, running []vitals.Report) {
	const name = "skerry_gc_stop_seconds"
	begin(w, name, "histogram", "times for which collections stop all goroutines of the core")
	for _, r := range running {
		core := r.Core.Index()
		for i, bound := range vitals.Bounds {
			fmt.Fprintf(w, "%s_bucket{core=\"%d\",le=\"%v\"} %d\n", name, core, bound.Seconds(),
				r.Stops[i])
		}
		all := r.Stops[len(vitals.Bounds)]
		fmt.Fprintf(w, "%s_bucket{core=\"%d\",le=\"+Inf\"} %d\n", name, core, all)
		fmt.Fprintf(w, "%s_sum{core=\"%d\"} %v\n%s_count{core=\"%d\"} %d\n", name, core,
			r.Stopped.Seconds(), name, core, all)
	}
}

// writeCounters writes what apps count. All lines of a metric must stand together.
func writeCounters(w io.Writer, running []vitals.Report) {
	lines := map[string][]string{}
	for _, r := range running {
		for _, c := range r.Counters {
			line := fmt.Sprintf("%s{core=\"%d\"} %d\n", c.Name, r.Core.Index(), c.Value)
			lines[c.Name] = append(lines[c.Name], line)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(w, "# TYPE %s counter\n", name)
		for _, line := range lines[name] {
			io.WriteString(w, line)
		}
	}
}
