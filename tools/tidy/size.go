package main

import (
	"fmt"
	"go/ast"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	fileLinesMax     = 700
	functionLinesMax = 70
	lineColumnsMax   = 100
	tabColumns       = 4
)

// span tells where the functions of a language begin and end.
type span struct {
	begin, end *regexp.Regexp
}

var braces = span{regexp.MustCompile(`^\S.*\{$`), regexp.MustCompile(`^\}`)}

// functionSpans has the languages whose functions can be told by their first column. The
// functions of Go are told by its parser. A proctype of Promela is a whole machine, not a function.
var functionSpans = map[string]span{
	"assembly": {regexp.MustCompile(`^TEXT\b`), regexp.MustCompile(`^TEXT\b`)},
	"bash":     braces,
	"C":        braces,
	"Starlark": {regexp.MustCompile(`^def `), regexp.MustCompile(`^[^\s)]`)},
}

func checkSizes(t *tree) {
	for _, f := range t.files {
		if n := len(f.lines); n > fileLinesMax {
			t.refuse(f, n, fmt.Sprintf("file of %d lines", n),
				fmt.Sprintf("at most %d", fileLinesMax))
		}
		checkColumns(t, f)
		if f.syntax != nil {
			checkGoFunctions(t, f)
		} else if functions, ok := functionSpans[f.language]; ok {
			checkFunctions(t, f, functions)
		}
	}
}

// checkColumns passes over what cannot be wrapped: addresses, and tables and output in Markdown.
func checkColumns(t *tree, f *file) {
	fenced := false
	for i, line := range f.lines {
		if f.language == "Markdown" && strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if fenced || strings.Contains(line, "://") ||
			f.language == "Markdown" && strings.HasPrefix(line, "|") {
			continue
		}
		n := utf8.RuneCountInString(line) + (tabColumns-1)*strings.Count(line, "\t")
		if n > lineColumnsMax {
			t.refuse(f, i+1, fmt.Sprintf("line of %d columns", n),
				fmt.Sprintf("at most %d, with tabs of %d", lineColumnsMax, tabColumns))
		}
	}
}

func checkGoFunctions(t *tree, f *file) {
	for _, decl := range f.syntax.Decls {
		if function, ok := decl.(*ast.FuncDecl); ok {
			begin, end := t.line(function.Pos()), t.line(function.End())
			t.refuseFunction(f, begin, end-begin+1)
		}
	}
}

func checkFunctions(t *tree, f *file, functions span) {
	for i, line := range f.lines {
		if !functions.begin.MatchString(line) {
			continue
		}
		end := i + 1
		for end < len(f.lines) && !functions.end.MatchString(f.lines[end]) {
			end++
		}
		if end < len(f.lines) && f.lines[end] == "}" {
			end++
		}
		t.refuseFunction(f, i+1, end-i)
	}
}

func (t *tree) refuseFunction(f *file, begin, lines int) {
	if lines > functionLinesMax {
		t.refuse(f, begin, fmt.Sprintf("function of %d lines", lines),
			fmt.Sprintf("at most %d", functionLinesMax))
	}
}
