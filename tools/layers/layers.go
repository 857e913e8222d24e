// Layers holds the imports of every package below the current folder to one table: imports go
// down, and what comes from outside comes in at named places only. It prints one line for each
// import that the table does not have:
//
//	FILE:LINE: what was found: want what was wanted
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// What the import paths of the module begin with.
const ownImports = "skerry/"

// Folders that hold no packages of ours.
var ignoredFolders = []string{".git", "out", "bazel-out", "testdata"}

func main() {
	findings, err := check(os.DirFS("."))
	for _, f := range findings {
		fmt.Println(f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || len(findings) > 0 {
		os.Exit(1)
	}
}

// check returns the findings about all Go files, whatever their build tags.
func check(root fs.FS) (findings []string, err error) {
	err = fs.WalkDir(root, ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(ignoredFolders, entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(file) != ".go":
			return nil
		}
		more, err := checkFile(root, file)
		findings = append(findings, more...)
		return err
	})
	if err != nil {
		return findings, fmt.Errorf("layers: %w", err)
	}
	return findings, nil
}

func checkFile(root fs.FS, file string) (findings []string, err error) {
	text, err := fs.ReadFile(root, file)
	if err != nil {
		return nil, err
	}
	files := token.NewFileSet()
	syntax, err := parser.ParseFile(files, file, text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	refuse := func(n ast.Node, found, want string) {
		line := files.Position(n.Pos()).Line
		findings = append(findings, fmt.Sprintf("%s:%d: %s: want %s", file, line, found, want))
	}
	rule, ok := ruleOf(path.Dir(file))
	if !ok {
		refuse(syntax.Name, "folder without a row", "one in the table of tools/layers")
		return findings, nil
	}
	if strings.HasSuffix(file, "_test.go") {
		rule.ours = slices.Concat(rule.ours, forTests, []string{path.Dir(file)})
	}
	for _, spec := range syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if !rule.allows(imported) {
			allowed := slices.Concat([]string{"the standard library"}, rule.ours, rule.modules)
			refuse(spec, "import of "+imported, "only "+strings.Join(allowed, ", "))
		}
	}
	return findings, nil
}

// ruleOf returns the row for a folder; no two rows match the same.
func ruleOf(folder string) (row, bool) {
	i := slices.IndexFunc(table, func(r row) bool { return matches(r.folder, folder) })
	if i < 0 {
		return row{}, false
	}
	return table[i], true
}

func (r row) allows(imported string) bool {
	if own, ok := strings.CutPrefix(imported, ownImports); ok {
		return slices.ContainsFunc(r.ours, func(p string) bool { return matches(p, own) })
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		return imported != "C" // the standard library, but no cgo
	}
	return slices.ContainsFunc(r.modules, func(module string) bool {
		return matches(module+"/...", imported)
	})
}

// matches tells whether a folder is what a pattern of the table names.
func matches(pattern, folder string) bool {
	if pattern == "..." {
		return true
	}
	if top, ok := strings.CutSuffix(pattern, "/..."); ok {
		return folder == top || strings.HasPrefix(folder, top+"/")
	}
	return folder == pattern
}
