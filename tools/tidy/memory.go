package main

import (
	"go/ast"
	"go/build"
	"go/build/constraint"
	"io"
	"path"
	"strconv"
	"strings"
)

// Only here may code depend on the machine and go around Go's types.
var machineFolders = []string{"kernel", "msgpass"}

// checkUnsafe holds unsafe to *_unsafe.go (for tests: *_unsafe_test.go) of the machine folders,
// and asks that SAFETY says on which facts each use rests.
func checkUnsafe(t *tree) {
	for f := range t.in("Go") {
		imported := importSpec(f, "unsafe")
		if imported == nil {
			continue
		}
		name := strings.TrimSuffix(strings.TrimSuffix(f.path, ".go"), "_test")
		if !below(f.path, machineFolders...) || !strings.HasSuffix(name, "_unsafe") {
			t.refuse(f, t.line(imported.Pos()), "import of unsafe",
				"it in *_unsafe.go below kernel or msgpass only")
		}
		t.refuseUnexplained(f, "unsafe", "SAFETY", "the facts that it rests on")
	}
}

// checkAssembly does the same for assembly and *_amd64.s.
func checkAssembly(t *tree) {
	for f := range t.in("assembly") {
		if !below(f.path, machineFolders...) || !strings.HasSuffix(f.path, "_amd64.s") {
			t.refuse(f, 1, "assembly", "it in *_amd64.s below kernel or msgpass only")
		}
		for i, line := range f.lines {
			if strings.HasPrefix(line, "TEXT") && !f.explained("SAFETY", i+1) {
				t.refuse(f, i+1, "assembly function without SAFETY",
					"the facts that it rests on, on this line or directly above")
			}
		}
	}
}

// checkAtomics asks that ORDER says what each atomic access orders, and with what it pairs. An
// atomic.Uint64 and its kin are explained where they are declared.
func checkAtomics(t *tree) {
	for f := range t.in("Go") {
		if below(f.path, machineFolders...) && !f.isTest() {
			t.refuseUnexplained(f, "sync/atomic", "ORDER", "what it publishes or acquires, "+
				"and which access it pairs with")
		}
	}
}

// refuseUnexplained refuses the uses of an imported package that have no comment with the marker
// on their line, above it, above their statement, or above their declaration.
func (t *tree) refuseUnexplained(f *file, pkg, marker, want string) {
	imported := importSpec(f, pkg)
	if imported == nil {
		return
	}
	name := path.Base(pkg)
	switch as := imported.Name; {
	case as == nil:
	case as.Name == "_" && f.explained(marker, t.line(as.Pos())): // for go:linkname
		return
	default:
		t.refuse(f, t.line(as.Pos()), "import of "+pkg+" as "+as.Name,
			"its own name, by which its uses are found; for _, // "+marker)
		return
	}
	ast.PreorderStack(f.syntax, nil, func(n ast.Node, above []ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok || !isIdent(selector.X, name) {
			return true
		}
		if !t.nodeExplained(f, marker, n, above) {
			t.refuse(f, t.line(n.Pos()), name+"."+selector.Sel.Name+" without "+marker,
				want+", on this line or directly above")
		}
		return true
	})
}

// nodeExplained looks at the node itself, the innermost statement or field around it, and its
// top-level declaration.
func (t *tree) nodeExplained(f *file, marker string, n ast.Node, above []ast.Node) bool {
	places := []ast.Node{n, above[1]} // above[0] is the file
	for i := len(above) - 1; i > 0; i-- {
		switch above[i].(type) {
		case ast.Stmt, ast.Spec, *ast.Field:
			places = append(places, above[i])
			i = 0
		}
	}
	for _, place := range places {
		if f.explained(marker, t.line(place.Pos())) {
			return true
		}
	}
	return false
}

// checkBuildTags refuses them outside the machine folders, be they in a line or in a file's name.
func checkBuildTags(t *tree) {
	for _, f := range t.files {
		if below(f.path, machineFolders...) || f.language != "Go" && f.language != "assembly" {
			continue
		}
		const want = "build tags below kernel or msgpass only"
		if !matchesAnywhere(f.path) {
			t.refuse(f, 1, "file name that is a build tag", want)
		}
		for i, line := range f.lines {
			if strings.HasPrefix(line, "package ") {
				break
			}
			if constraint.IsGoBuild(line) || constraint.IsPlusBuild(line) {
				t.refuse(f, i+1, "build tag", want)
			}
		}
	}
}

// matchesAnywhere tells whether a file of this name is built on a machine of no known kind.
func matchesAnywhere(name string) bool {
	nowhere := build.Context{GOOS: "none", GOARCH: "none", Compiler: "gc"}
	nowhere.OpenFile = func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("package none\n")), nil
	}
	matches, err := nowhere.MatchFile(path.Split(name))
	return err == nil && matches
}

// importSpec returns a file's import of a package, or nil.
func importSpec(f *file, pkg string) *ast.ImportSpec {
	for _, spec := range f.syntax.Imports {
		if spec.Path.Value == strconv.Quote(pkg) {
			return spec
		}
	}
	return nil
}

func isIdent(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name
}
