package main

import (
	"strings"
	"testing"
	"testing/fstest"
)

const packageP = "// Package p is an example.\npackage p\n\n"

// plant is one file, and what the only finding about it must contain ("": there is none).
type plant struct {
	name, path, text, want string
}

// hold checks each plant alone, in a tree that is tidy but for it.
func hold(t *testing.T, plants []plant) {
	t.Helper()
	for _, p := range plants {
		t.Run(p.name, func(t *testing.T) {
			findings, err := check(fstest.MapFS{p.path: {Data: []byte(p.text)}})
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, f := range findings {
				lines = append(lines, f.String())
			}
			got := strings.Join(lines, "\n")
			if p.want == "" && got != "" || !strings.Contains(got, p.want) || len(lines) > 1 {
				t.Errorf("findings %q: want one with %q", got, p.want)
			}
		})
	}
}

// Lengths at the limit pass and one more is refused, in each language.
func TestSizes(t *testing.T) {
	lines := func(n int) string { return strings.Repeat("\tx()\n", n) }
	wide := strings.Repeat("w", 98)
	hold(t, []plant{
		{"file of 700 lines", "a.md", strings.Repeat("a\n", 700), ""},
		{"file of 701 lines", "a.md", strings.Repeat("a\n", 701), "a.md:701: file of 701 lines"},
		{"100 columns", "p.go", packageP + "//" + wide, ""},
		{"101 columns", "p.go", packageP + "// " + wide, "p.go:4: line of 101 columns"},
		{"101 columns by a tab", "a.c", "\t" + wide[1:], "a.c:1: line of 101 columns"},
		{"100 columns that are not ASCII", "a.md", strings.Repeat("µ", 100), ""},
		{"address", "a.md", "https://" + wide, ""},
		{"table", "a.md", "| a |\n|" + wide + wide + "|", ""},
		{"output", "a.md", "```\n" + wide + wide + "\n```\n", ""},
		{"after output", "a.md", "```\n```\n" + wide + wide, "a.md:3: line of 196"},
		{"no known language", "plot.svg", wide + wide, ""},
		{"Go function of 70", "p.go", packageP + "func f() {\n" + lines(68) + "}\n", ""},
		{"Go function of 71", "p.go", packageP + "func f() {\n" + lines(69) + "}\n",
			"p.go:4: function of 71 lines"},
		{"bash function of 71", "dev", "#!/usr/bin/env bash\nf() {\n" + lines(69) + "}\n",
			"dev:2: function of 71 lines"},
		{"C function of 71", "a.c", "int f(void) {\n" + lines(69) + "}\nint g(void) {\n}\n",
			"a.c:1: function of 71 lines"},
		{"Starlark function of 71", "a.bzl", "def f():\n" + lines(70) + "x = 1\n",
			"a.bzl:1: function of 71 lines"},
		{"assembly function of 71", "kernel/a_amd64.s",
			"// SAFETY: none\nTEXT ·f(SB), $0\n" + lines(70), ":2: function of 71 lines"},
	})
}

// What unfinished work, a path of one machine and a line number look like is refused.
func TestText(t *testing.T) {
	hold(t, []plant{
		{"marker", "a.bzl", "# TO" + "DO: more", "a.bzl:1: “TO" + "DO”: want finished work"},
		{"marker in a word", "a.md", "the FIX" + "MEs of old", ""},
		{"path of a machine", "dev", "#!/bin/bash\ncd /ro" + "ot/x", "dev:2: “ /ro" + "ot/”"},
		{"home", "a.md", "in /ho" + "me/jo/x", "/ho" + "me/jo/"},
		{"part of a path", "a.md", "src/wo" + "rk/x", ""},
		{"line cited", "a.md", "see ring.go:12", "“g.go:12”: want code cited by name"},
		{"line cited in a link", "a.md", "kernel.go#L7", "code cited by name"},
		{"name cited", "a.md", "see ring.go: TrySlot", ""},
	})
}

// The package comment is found in the file named after the package, and only there.
func TestPackageComments(t *testing.T) {
	hold(t, []plant{
		{"at home", "p.go", packageP, ""},
		{"main by folder", "cmd/x/x.go", "// X is.\npackage main\n", ""},
		{"main", "cmd/x/main.go", "// X is.\npackage main\n", ""},
		{"tests only", "test/p/p_test.go", "// Package p is.\npackage p_test\n", ""},
		{"none", "p.go", "package p\n", "p.go:1: package without a comment: want one in p.go"},
		{"build tag is none", "kernel/p.go", "//go:build x\npackage p\n", "without a comment"},
	})
	findings, err := check(fstest.MapFS{
		"p.go": {Data: []byte(packageP)},
		"q.go": {Data: []byte(packageP)},
	})
	if err != nil || len(findings) != 1 || findings[0].path != "q.go" {
		t.Errorf("findings %v, error %v: want one in q.go", findings, err)
	}
}
