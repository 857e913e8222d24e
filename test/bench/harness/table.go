package harness

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteTable prints the rows, a paragraph for each case.
func WriteTable(w io.Writer, rows []Row) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	last := ""
	for _, row := range rows {
		if row.Case != last {
			fmt.Fprintf(t, "\n%s\tclass\tmedian\tquartiles\t\tsamples\tratio to\t\n", row.Case)
			last = row.Case
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s … %s\t%s %s\t%d\t%s\t%s\n", row.Subject, row.Class,
			figure(row.Median), figure(row.Q1), figure(row.Q3), row.Unit, row.Metric,
			row.Samples, row.Versus, optional(row.Ratio))
	}
	return t.Flush()
}

// WriteVerdicts prints what the bars ask for and what was measured.
func WriteVerdicts(w io.Writer, verdicts []Verdict) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nratio\tclass\tbar\tmeasured\t")
	for _, v := range verdicts {
		sign := "≤"
		if v.Bar.AtLeast {
			sign = "≥"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s %s\t%s\t%s\n", v.Bar.Name, v.Class, sign,
			figure(v.Bar.Bounds[v.Class]), optional(v.Value), v.Mark())
	}
	return t.Flush()
}

func optional(value *float64) string {
	if value == nil {
		return ""
	}
	return figure(*value)
}

// figure prints three significant digits, as in 0.873, 24.9, 293, 4,600 and 17,200,000.
func figure(v float64) string {
	switch {
	case v < 0:
		return "-" + figure(-v)
	case v == 0:
		return "0"
	case v < 0.9995:
		return fmt.Sprintf("%.3f", v)
	case v < 9.995:
		return fmt.Sprintf("%.2f", v)
	case v < 99.95:
		return fmt.Sprintf("%.1f", v)
	}
	rounding := 1.0
	for v/rounding >= 999.5 {
		rounding *= 10
	}
	return thousands(fmt.Sprintf("%.0f", float64(int64(v/rounding+0.5))*rounding))
}

func thousands(digits string) string {
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, parts...), ",")
}
