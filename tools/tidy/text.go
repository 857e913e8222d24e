package main

import "regexp"

// textRules are looked for in every line; language "" is any.
var textRules = []struct {
	language string
	pattern  *regexp.Regexp
	want     string
}{
	{"", regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`), "finished work, or an issue"},
	{"", regexp.MustCompile(`(^|[^\w.])/(work|root|home/\w+)/`), "no path of one machine"},
	{"Markdown", regexp.MustCompile(`\w\.(go|s|c|h|pml|sh|bzl)(:|#L)\d+`), "code cited by name"},
}

func checkText(t *tree) {
	for _, f := range t.files {
		for i, line := range f.lines {
			for _, rule := range textRules {
				if rule.language != "" && rule.language != f.language {
					continue
				}
				if found := rule.pattern.FindString(line); found != "" {
					t.refuse(f, i+1, "“"+found+"”", rule.want)
				}
			}
		}
	}
}
