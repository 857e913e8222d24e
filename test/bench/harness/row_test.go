package harness

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
)

// sampled returns two subjects of one case and what a run gave: a in both classes, b near.
func sampled() ([]Subject, *Result) {
	a := Subject{Case: "c", Name: "a", Kind: OneWay(), Versus: []string{"b", "gone"}}
	b := Subject{Case: "c", Name: "b", Kind: OneWay()}
	return []Subject{a, b}, &Result{series: map[seriesKey]*series{
		{"c/a", Near}: {values: []float64{35, 30, 20, 10, 5, 15, 25}},
		{"c/a", Far}:  {values: []float64{400}},
		{"c/b", Near}: {values: []float64{10, 10, 10, 10, 10}},
	}}
}

// A ratio is of medians of one class, there is a row for each Versus, and none is invented.
func TestRowsRatios(t *testing.T) {
	subjects, result := sampled()
	rows := Rows("msg", subjects, result)
	if len(rows) != 5 {
		t.Fatalf("%d rows: want 5: %+v", len(rows), rows)
	}
	near := rows[0]
	if near.Median != 20 || near.Q1 != 12.5 || near.Q3 != 27.5 || near.Samples != 7 {
		t.Errorf("row %+v: want median 20 of 12.5 … 27.5, 7 samples", near)
	}
	if near.Versus != "b" || near.Ratio == nil || *near.Ratio != 2 {
		t.Errorf("row %+v: want ratio 2 to b", near)
	}
	for _, row := range rows[1:4] {
		if row.Ratio != nil {
			t.Errorf("row %+v: want no ratio, since the other was not measured", row)
		}
	}
}

// Each line of the JSON is an object with exactly the keys that were agreed.
func TestJSONKeys(t *testing.T) {
	subjects, result := sampled()
	var out bytes.Buffer
	if err := WriteJSON(&out, Rows("msg", subjects, result)); err != nil {
		t.Fatal(err)
	}
	want := []string{"bench", "case", "class", "median", "metric", "q1", "q3", "ratio", "samples",
		"subject", "unit", "versus"}
	for line := range strings.Lines(out.String()) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if keys := slices.Sorted(maps.Keys(object)); !slices.Equal(keys, want) {
			t.Errorf("keys %v: want %v", keys, want)
		}
	}
}

// A bar is met or missed by the ratio in each class it bounds; without samples, or with too few, it
// is neither.
func TestJudge(t *testing.T) {
	subjects, result := sampled()
	rows := Rows("msg", subjects, result)
	both := map[Class]float64{Near: 2, Far: 2}
	bars := []Bar{
		{Name: "at most", Over: Ref{"c", "a"}, Under: Ref{"c", "b"}, Bounds: both},
		{Name: "at least", Over: Ref{"c", "b"}, Under: Ref{"c", "a"}, AtLeast: true, Bounds: both},
		{Name: "absolute", Over: Ref{"c", "a"}, Bounds: map[Class]float64{Near: 19.9, Far: 500}},
	}
	var marks []string
	for _, v := range Judge(bars, rows) {
		marks = append(marks, v.Mark())
	}
	want := []string{"ok", "not seen", "MISSED", "not seen", "MISSED", "too few samples"}
	if !slices.Equal(marks, want) {
		t.Errorf("marks %v: want %v", marks, want)
	}
}

// The tables name every subject and bar, and the picture is well-formed XML that names them too.
func TestWriters(t *testing.T) {
	subjects, result := sampled()
	rows := Rows("msg", subjects, result)
	rows[0].Subject = `a < "b" & c`
	var table, picture bytes.Buffer
	if err := WriteTable(&table, rows); err != nil {
		t.Fatal(err)
	}
	if err := WritePlot(&picture, "title", []string{"one", "two"}, rows); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(table.String(), rows[0].Subject) {
		t.Errorf("the table does not name %s:\n%s", rows[0].Subject, table.String())
	}
	decoder := xml.NewDecoder(&picture)
	texts := ""
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if data, ok := token.(xml.CharData); ok {
			texts += string(data)
		}
	}
	if !strings.Contains(texts, rows[0].Subject) {
		t.Errorf("the picture does not name %s: %s", rows[0].Subject, texts)
	}
}

// Figures have three significant digits and a comma between thousands.
func TestFigure(t *testing.T) {
	for value, want := range map[float64]string{
		0: "0", 0.8734: "0.873", 0.9996: "1.00", 1.336: "1.34", 9.996: "10.0", 24.94: "24.9",
		99.96: "100", 293.4: "293", 999.7: "1,000", 4612: "4,610", 17_250_000: "17,300,000",
		-2.5: "-2.50",
	} {
		if got := figure(value); got != want {
			t.Errorf("figure(%v) = %s: want %s", value, got, want)
		}
	}
}
