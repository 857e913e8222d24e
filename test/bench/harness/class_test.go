package harness

import "testing"

// A sample has a class only if its two probes agree, and the class parts at nearNanosMax.
func TestClassify(t *testing.T) {
	tests := []struct {
		before, after float64
		class         Class
		agree         bool
	}{
		{25, 25, Near, true},
		{25, 32, Near, true},
		{25, 33, "", false},
		{33, 25, "", false},
		{25, 240, "", false},
		{240, 310, Far, true},
		{240, 315, "", false},
		{115, 122, Near, true},
		{118, 130, Far, true},
		{0, 0, "", false},
		{-1, 20, "", false},
	}
	for _, test := range tests {
		class, agree := Classify(test.before, test.after)
		if class != test.class || agree != test.agree {
			t.Errorf("Classify(%v, %v) = %q, %v: want %q, %v", test.before, test.after,
				class, agree, test.class, test.agree)
		}
	}
}
