package harness

import (
	"slices"
	"testing"
)

// Quartiles are those of R's type 7, whatever the order, and leave their argument alone.
func TestQuartiles(t *testing.T) {
	tests := []struct {
		values         []float64
		q1, median, q3 float64
	}{
		{nil, 0, 0, 0},
		{[]float64{7}, 7, 7, 7},
		{[]float64{2, 1}, 1.25, 1.5, 1.75},
		{[]float64{5, 1, 3, 2, 4}, 2, 3, 4},
		{[]float64{4, 3, 2, 1}, 1.75, 2.5, 3.25},
	}
	for _, test := range tests {
		before := slices.Clone(test.values)
		q1, median, q3 := Quartiles(test.values)
		if q1 != test.q1 || median != test.median || q3 != test.q3 {
			t.Errorf("Quartiles(%v) = %v, %v, %v: want %v, %v, %v", test.values, q1, median, q3,
				test.q1, test.median, test.q3)
		}
		if !slices.Equal(before, test.values) {
			t.Errorf("Quartiles changed %v to %v", before, test.values)
		}
	}
}
