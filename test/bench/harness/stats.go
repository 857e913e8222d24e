package harness

import "slices"

// Quartiles returns the first quartile, the median and the third quartile of values, which it does
// not change: linear interpolation between the two nearest, the definition of R's type 7. All are 0
// when there are no values.
func Quartiles(values []float64) (q1, median, q3 float64) {
	sorted := slices.Sorted(slices.Values(values))
	return quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)
}

func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}
