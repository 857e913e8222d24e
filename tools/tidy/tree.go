package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Folders that hold nothing of ours, or what tests need to be wrong.
var ignoredFolders = []string{".git", "out", "bazel-out", "testdata"}

// tree is the repository as the rules see it.
type tree struct {
	files    []*file
	fset     *token.FileSet
	findings []finding
}

// file is one text file in a language we know.
type file struct {
	path     string // from the top of the repository
	language string // a key of languages
	lines    []string
	syntax   *ast.File // of a Go file
}

// finding is one broken rule.
type finding struct {
	path        string
	line        int
	found, want string
}

func (f finding) String() string {
	return fmt.Sprintf("%s:%d: %s: want %s", f.path, f.line, f.found, f.want)
}

// check returns the findings of all rules, in order of their place.
func check(root fs.FS) ([]finding, error) {
	t := &tree{fset: token.NewFileSet()}
	if err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(ignoredFolders, entry.Name()):
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		return t.read(root, path)
	}); err != nil {
		return nil, fmt.Errorf("tidy: %w", err)
	}
	for _, rule := range rules {
		rule(t)
	}
	slices.SortFunc(t.findings, func(a, b finding) int {
		return cmp.Or(strings.Compare(a.path, b.path), cmp.Compare(a.line, b.line))
	})
	return t.findings, nil
}

func (t *tree) read(root fs.FS, path string) error {
	text, err := fs.ReadFile(root, path)
	if err != nil {
		return err
	}
	f := &file{path: path, lines: strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")}
	f.language = languageOf(path, f.lines[0])
	if f.language == "" {
		return nil
	}
	if f.language == "Go" {
		f.syntax, err = parser.ParseFile(t.fset, path, text, parser.ParseComments)
	}
	t.files = append(t.files, f)
	return err
}

// refuse notes a broken rule.
func (t *tree) refuse(f *file, line int, found, want string) {
	t.findings = append(t.findings, finding{f.path, line, found, want})
}

func (t *tree) line(p token.Pos) int { return t.fset.Position(p).Line }

// in yields the files of one language.
func (t *tree) in(language string) func(yield func(*file) bool) {
	return func(yield func(*file) bool) {
		for _, f := range t.files {
			if f.language == language && !yield(f) {
				return
			}
		}
	}
}

func (f *file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// explained tells whether a comment with the marker, as SAFETY, stands on a line or directly
// above it.
func (f *file) explained(marker string, line int) bool {
	if strings.Contains(f.lines[line-1], "// "+marker+": ") {
		return true
	}
	for i := line - 2; i >= 0 && strings.HasPrefix(strings.TrimSpace(f.lines[i]), "//"); i-- {
		if strings.Contains(f.lines[i], "// "+marker+": ") {
			return true
		}
	}
	return false
}

// below tells whether a path lies in one of the folders.
func below(path string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return strings.HasPrefix(path, folder+"/")
	})
}

// languageOf returns the key of languages that fits, "" if none does.
func languageOf(name, firstLine string) string {
	if strings.HasPrefix(firstLine, "#!") && strings.Contains(firstLine, "bash") {
		return "bash"
	}
	switch path.Ext(name) {
	case ".go":
		return "Go"
	case ".s", ".S":
		return "assembly"
	case ".c", ".h":
		return "C"
	case ".pml":
		return "Promela"
	case ".sh":
		return "bash"
	case ".bzl", ".bazel":
		return "Starlark"
	case ".md":
		return "Markdown"
	case ".toml":
		return "TOML"
	}
	if path.Base(name) == "WORKSPACE" {
		return "Starlark"
	}
	return ""
}
