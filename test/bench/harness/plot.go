package harness

import (
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strings"
)

// The picture's measures, in pixels, and its colours.
const (
	plotWidth   = 960
	plotMargin  = 24
	plotLabels  = 300 // width of the subjects' names
	plotFigures = 80  // width of the medians at the right
	plotBar     = 12  // thickness of a bar
	plotGap     = 9   // between two subjects
	plotHead    = 38  // height of the picture's title
	plotLine    = 17  // height of a line below it
	plotTitle   = 46  // height of a panel's title
	plotAxis    = 34  // height of a panel's axis

	plotInk   = "#24292f"
	plotFaint = "#6e7781"
	plotGrid  = "#e4e7ea"
	plotNear  = "#2a6fb0"
	plotFar   = "#d98a29"
)

// WritePlot draws the rows: a panel for each case and unit, a bar for each subject and class on a
// logarithmic axis, with a whisker from the first quartile to the third.
func WritePlot(w io.Writer, title string, subtitles []string, rows []Row) error {
	panels := panelsOf(rows)
	height := plotMargin*2 + plotHead + len(subtitles)*plotLine
	for _, p := range panels {
		height += p.height()
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" `+
		`viewBox="0 0 %d %d" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">`+"\n",
		plotWidth, height, plotWidth, height)
	rect(&b, 0, 0, plotWidth, float64(height), "#ffffff")
	text(&b, plotMargin, plotMargin+16, "start", 20, plotInk, title)
	drawLegend(&b, plotMargin+16, rows)
	y := float64(plotMargin + plotHead)
	for _, subtitle := range subtitles {
		text(&b, plotMargin, y, "start", 12, plotFaint, subtitle)
		y += plotLine
	}
	for _, p := range panels {
		p.draw(&b, y)
		y += float64(p.height())
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// drawLegend tells near from far, unless there is one class only.
func drawLegend(b *strings.Builder, y float64, rows []Row) {
	if slices.ContainsFunc(rows, func(r Row) bool { return r.Class == One }) {
		return
	}
	x := float64(plotWidth - plotMargin - 130)
	for _, class := range []Class{Near, Far} {
		rect(b, x, y-10, 12, 11, colour(class))
		text(b, x+18, y, "start", 12, plotInk, string(class))
		x += 70
	}
}

// A panel is the part of the picture that shows one case.
type panel struct {
	rows     []Row // one for each subject and class
	subjects []string
}

func panelsOf(rows []Row) []panel {
	var panels []panel
	index := map[string]int{}
	for _, row := range rows {
		i, found := index[row.Case+row.Unit]
		if !found {
			i = len(panels)
			index[row.Case+row.Unit] = i
			panels = append(panels, panel{})
		}
		panels[i].add(row)
	}
	return panels
}

// add takes the row in, unless it repeats a subject only for another ratio.
func (p *panel) add(row Row) {
	known := false
	for _, r := range p.rows {
		if r.Subject == row.Subject && r.Class == row.Class {
			return
		}
		known = known || r.Subject == row.Subject
	}
	p.rows = append(p.rows, row)
	if !known {
		p.subjects = append(p.subjects, row.Subject)
	}
}

func (p panel) height() int {
	return plotTitle + plotAxis + len(p.rows)*plotBar + len(p.subjects)*plotGap
}

func (p panel) draw(b *strings.Builder, top float64) {
	head := p.rows[0]
	scale := p.scale()
	text(b, plotMargin, top+30, "start", 15, plotInk, head.Case)
	text(b, plotMargin+plotLabels, top+30, "start", 12, plotFaint, head.Metric+", "+head.Unit)
	bottom := top + float64(p.height()-plotAxis)
	scale.drawGrid(b, top+plotTitle-6, bottom)
	y := top + plotTitle
	for _, subject := range p.subjects {
		start := y
		for _, row := range p.rows {
			if row.Subject == subject {
				scale.drawBar(b, y, row)
				y += plotBar
			}
		}
		text(b, plotMargin+plotLabels-10, (start+y)/2+4, "end", 12, plotInk, subject)
		y += plotGap
	}
}

// An axis maps values to the picture: powers of ten at equal distances.
type axis struct{ low, high float64 } // exponents of ten

func (p panel) scale() axis {
	low, high := math.Inf(1), math.Inf(-1)
	for _, row := range p.rows {
		low = min(low, math.Log10(max(row.Q1, 1e-9)))
		high = max(high, math.Log10(max(row.Q3, 1e-9)))
	}
	a := axis{math.Floor(low*2-0.5) / 2, math.Ceil(high*2) / 2}
	a.high = max(a.high, a.low+1)
	return a
}

func (a axis) x(value float64) float64 {
	const left, right = plotMargin + plotLabels, plotWidth - plotMargin - plotFigures
	at := (math.Log10(max(value, 1e-9)) - a.low) / (a.high - a.low)
	return left + min(max(at, 0), 1)*(right-left)
}

func (a axis) drawGrid(b *strings.Builder, top, bottom float64) {
	for exponent := math.Ceil(a.low); exponent <= a.high; exponent++ {
		for _, digit := range []float64{1, 2, 5} {
			value := digit * math.Pow(10, exponent)
			if math.Log10(value) > a.high+1e-9 {
				break
			}
			line(b, a.x(value), top, a.x(value), bottom, plotGrid, 1)
			if digit == 1 || a.high-a.low <= 2.5 {
				text(b, a.x(value), bottom+15, "middle", 11, plotFaint, fmt.Sprintf("%.12g", value))
			}
		}
	}
}

func (a axis) drawBar(b *strings.Builder, y float64, row Row) {
	left := float64(plotMargin + plotLabels)
	rect(b, left, y+1, max(a.x(row.Median)-left, 1), plotBar-2, colour(row.Class))
	middle := y + plotBar/2.0
	line(b, a.x(row.Q1), middle, a.x(row.Q3), middle, plotInk, 1.4)
	line(b, a.x(row.Q1), middle-3, a.x(row.Q1), middle+3, plotInk, 1.4)
	line(b, a.x(row.Q3), middle-3, a.x(row.Q3), middle+3, plotInk, 1.4)
	text(b, plotWidth-plotMargin, middle+4, "end", 11, plotInk, figure(row.Median))
}

func colour(class Class) string {
	if class == Far {
		return plotFar
	}
	return plotNear
}

func rect(b *strings.Builder, x, y, width, height float64, fill string) {
	fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n",
		x, y, width, height, fill)
}

func line(b *strings.Builder, x1, y1, x2, y2 float64, stroke string, width float64) {
	fmt.Fprintf(b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" `+
		`stroke-width="%.1f"/>`+"\n", x1, y1, x2, y2, stroke, width)
}

func text(b *strings.Builder, x, y float64, anchor string, size int, fill, s string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d" fill="%s">`,
		x, y, anchor, size, fill)
	fmt.Fprintf(b, "%s</text>\n", html.EscapeString(s))
}
