package harness

import (
	"encoding/json"
	"io"
)

// A Row is one line of the result: one subject in one class, against one other subject or none.
type Row struct {
	Bench   string   `json:"bench"`
	Case    string   `json:"case"`
	Subject string   `json:"subject"`
	Class   Class    `json:"class"`
	Metric  string   `json:"metric"`
	Unit    string   `json:"unit"`
	Median  float64  `json:"median"`
	Q1      float64  `json:"q1"`
	Q3      float64  `json:"q3"`
	Samples int      `json:"samples"`
	Versus  string   `json:"versus"` // a subject of the same case; empty: none
	Ratio   *float64 `json:"ratio"`  // Median / median of Versus in the same class; null: not known
}

// Rows returns the rows of a benchmark: subjects in the plan's order, classes in theirs.
func Rows(bench string, subjects []Subject, result *Result) []Row {
	var rows []Row
	for _, s := range subjects {
		for _, class := range Classes() {
			values := result.Values(s, class)
			if len(values) == 0 {
				continue
			}
			row := Row{Bench: bench, Case: s.Case, Subject: s.Name, Class: class,
				Metric: s.Kind.Metric, Unit: s.Kind.Unit, Samples: len(values)}
			row.Q1, row.Median, row.Q3 = Quartiles(values)
			rows = append(rows, row)
		}
	}
	return withRatios(rows, subjects)
}

// withRatios gives each row its ratio; a subject with several Versus has a row for each.
func withRatios(rows []Row, subjects []Subject) []Row {
	versus := map[string][]string{}
	for _, s := range subjects {
		versus[s.key()] = s.Versus
	}
	var all []Row
	for _, row := range rows {
		names := versus[row.Case+"/"+row.Subject]
		if len(names) == 0 {
			all = append(all, row)
		}
		for _, name := range names {
			row.Versus = name
			row.Ratio = ratio(rows, Ref{row.Case, row.Subject}, Ref{row.Case, name}, row.Class)
			all = append(all, row)
		}
	}
	return all
}

// A Ref names a subject.
type Ref struct{ Case, Subject string }

// ratio returns the ratio of two medians of one class; nil if one of them was not measured.
func ratio(rows []Row, over, under Ref, class Class) *float64 {
	a, b := median(rows, over, class), median(rows, under, class)
	if a == nil || b == nil || *b == 0 {
		return nil
	}
	quotient := *a / *b
	return &quotient
}

func median(rows []Row, of Ref, class Class) *float64 {
	if row := find(rows, of, class); row != nil {
		return &row.Median
	}
	return nil
}

// find returns the first row of a subject in a class, or nil.
func find(rows []Row, of Ref, class Class) *Row {
	for i := range rows {
		if rows[i].Case == of.Case && rows[i].Subject == of.Subject && rows[i].Class == class {
			return &rows[i]
		}
	}
	return nil
}

// WriteJSON writes one object a line.
func WriteJSON(w io.Writer, rows []Row) error {
	encoder := json.NewEncoder(w)
	for _, row := range rows {
		if err := encoder.Encode(row); err != nil {
			return err
		}
	}
	return nil
}
