package epitaph

import "testing"

// A page says nothing until it is written, then exactly what was written.
func TestPageReadsWhatWasWritten(t *testing.T) {
	page := At(make([]byte, PageBytes))
	var got Record
	if page.Read(&got) {
		t.Fatalf("a zero page says %+v: want nothing", got)
	}
	want := Record{Core: 3, Incarnation: 7, Cause: Faulted, At: 99}
	want.ReasonSize = uint32(copy(want.Reason[:], "divide error"))
	page.Write(&want)
	if !page.Read(&got) || got != want {
		t.Fatalf("page says %+v: want %+v", got, want)
	}
}

// Garbage on a page, written by a core that ran wild, is refused and does no harm.
func TestPageRefusesGarbage(t *testing.T) {
	for name, spoil := range map[string]func(*Page){
		"seal":       func(p *Page) { p.seal++ },
		"other seal": func(p *Page) { p.seal += 1 << 16 },
		"size":       func(p *Page) { p.words[3] = ReasonBytes + 1 },
		"cause":      func(p *Page) { p.words[2] = uint64(causesCount) << 32 },
	} {
		page := At(make([]byte, PageBytes))
		page.Write(&Record{Cause: Exited})
		spoil(page)
		var r Record
		if page.Read(&r) {
			t.Errorf("page with spoilt %s is read as %+v: want a refusal", name, r)
		}
	}
}

// Memory that cannot hold a page is refused.
func TestAtRefusesShortMemory(t *testing.T) {
	if At(make([]byte, PageBytes-1)) != nil {
		t.Error("At accepts memory shorter than a page")
	}
	if At(make([]byte, PageBytes+8)[1:]) != nil {
		t.Error("At accepts memory that is not aligned")
	}
}

// Every cause has a name, and a value beyond the causes has one too.
func TestCauseNames(t *testing.T) {
	for c := Unknown; c < causesCount; c++ {
		if c.String() == "" {
			t.Errorf("cause %d has no name", uint32(c))
		}
	}
	if causesCount.String() != "unknown" {
		t.Errorf("cause %d is called %q: want unknown", uint32(causesCount), causesCount)
	}
}
