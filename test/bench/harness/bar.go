package harness

// A Bar is a requirement on a ratio or a difference of medians.
type Bar struct {
	Name       string
	Over       Ref
	Under      Ref  // the zero Ref: the bar is on the median of Over itself
	Difference bool // the bar is on Over minus Under; otherwise on their ratio
	AtLeast    bool // the value must reach the bound; otherwise it must not exceed it
	Bounds     map[Class]float64
}

// A Verdict is a bar held against a run.
type Verdict struct {
	Bar   Bar
	Class Class
	Value *float64 // nil: not measured in this class
	Few   bool     // a median of it rests on fewer than SamplesMin samples
}

// The marks of a verdict.
const (
	markMet     = "ok"
	markMissed  = "MISSED"
	markNotSeen = "not seen"
	markFew     = "too few samples"
)

// Mark returns how the bar fared.
func (v Verdict) Mark() string {
	bound := v.Bar.Bounds[v.Class]
	switch {
	case v.Value == nil:
		return markNotSeen
	case v.Few:
		return markFew
	case v.Bar.AtLeast && *v.Value >= bound, !v.Bar.AtLeast && *v.Value <= bound:
		return markMet
	}
	return markMissed
}

// Judge holds each bar against the rows, in each class that it has a bound for.
func Judge(bars []Bar, rows []Row) []Verdict {
	var verdicts []Verdict
	for _, bar := range bars {
		for _, class := range Classes() {
			if _, bounded := bar.Bounds[class]; !bounded {
				continue
			}
			v := Verdict{Bar: bar, Class: class, Value: bar.value(rows, class)}
			v.Few = few(rows, bar.Over, class) || few(rows, bar.Under, class)
			verdicts = append(verdicts, v)
		}
	}
	return verdicts
}

// value returns what the bar is on, or nil if it was not measured in the class.
func (b Bar) value(rows []Row, class Class) *float64 {
	switch {
	case b.Under == (Ref{}):
		return median(rows, b.Over, class)
	case !b.Difference:
		return ratio(rows, b.Over, b.Under, class)
	}
	over, under := median(rows, b.Over, class), median(rows, b.Under, class)
	if over == nil || under == nil {
		return nil
	}
	difference := *over - *under
	return &difference
}

// few tells whether a subject's median in a class rests on too few samples to judge by.
func few(rows []Row, of Ref, class Class) bool {
	row := find(rows, of, class)
	return row != nil && row.Samples < SamplesMin
}
