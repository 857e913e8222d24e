package main

import (
	"skerry/test/bench/harness"
)

// notes are what samples tell besides their values.
type notes struct {
	keys   []noteKey // in the order in which they came up
	values map[noteKey][]float64
}

// noteKey is one thing that the samples of a subject tell.
type noteKey struct{ kase, metric, unit, subject string }

func newNotes() *notes { return &notes{values: map[noteKey][]float64{}} }

// add notes a value of one sample.
func (n *notes) add(key noteKey, value float64) {
	if n.values[key] == nil {
		n.keys = append(n.keys, key)
	}
	n.values[key] = append(n.values[key], value)
}

// rows returns a row for each thing, the subjects of each case and metric together.
func (n *notes) rows(bench string) (rows []harness.Row) {
	if n == nil {
		return nil
	}
	done := map[noteKey]bool{}
	for _, first := range n.keys {
		group := noteKey{kase: first.kase, metric: first.metric}
		if done[group] {
			continue
		}
		done[group] = true
		for _, key := range n.keys {
			if key.kase == group.kase && key.metric == group.metric {
				rows = append(rows, n.row(bench, key))
			}
		}
	}
	return rows
}

func (n *notes) row(bench string, key noteKey) harness.Row {
	row := harness.Row{Bench: bench, Case: key.kase + ": " + key.metric, Subject: key.subject,
		Class: harness.One, Metric: key.metric, Unit: key.unit, Samples: len(n.values[key])}
	row.Q1, row.Median, row.Q3 = harness.Quartiles(n.values[key])
	return row
}
