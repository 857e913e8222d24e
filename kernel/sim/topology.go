package sim

import (
	"time"

	"skerry/kernel"
)

// Topology tells how long a message or a kick takes from one core to another, at least.
type Topology func(from, to kernel.CoreID) time.Duration

// Uniform is a machine whose cores are all the same distance apart.
func Uniform(d time.Duration) Topology {
	return func(_, _ kernel.CoreID) time.Duration { return d }
}

// Clusters is a machine of clusters of size cores each: near inside of a cluster, far between two.
func Clusters(size int, near, far time.Duration) Topology {
	return func(from, to kernel.CoreID) time.Duration {
		if int(from.Index())/size == int(to.Index())/size {
			return near
		}
		return far
	}
}

// Table is a machine that was measured: row from, column to.
func Table(rows [][]time.Duration) Topology {
	return func(from, to kernel.CoreID) time.Duration { return rows[from.Index()][to.Index()] }
}
