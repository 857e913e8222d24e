package main

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
)

// The freestanding programs have one copy of their variables per core, and nowhere else to put
// them.
var variablesFolders = []string{"kernel/bare", "kernel/libos"}

// Functions whose result may be kept in a package variable: nobody can change it.
var readOnlyMakers = []string{"errors.New", "fmt.Errorf", "regexp.MustCompile"}

func checkInit(t *tree) {
	for f := range t.in("Go") {
		for _, decl := range f.syntax.Decls {
			function, ok := decl.(*ast.FuncDecl)
			if ok && function.Recv == nil && function.Name.Name == "init" {
				t.refuse(f, t.line(decl.Pos()), "func init", "nothing to happen at import")
			}
		}
	}
}

// checkVariables refuses package variables other than these, which nothing in the package
// changes: errors and what else comes from readOnlyMakers, embedded files, and tables that a
// composite literal gives. Tests may declare what they like, but not change the package's.
func checkVariables(t *tree) {
	packages := map[string][]*file{}
	for f := range t.in("Go") {
		key := path.Dir(f.path) + " " + f.syntax.Name.Name
		packages[key] = append(packages[key], f)
	}
	for _, files := range packages {
		if slices.ContainsFunc(variablesFolders, func(folder string) bool {
			return below(files[0].path, folder)
		}) {
			continue
		}
		changed := changedVariables(t, files)
		for _, f := range files {
			if !f.isTest() {
				checkVariablesOf(t, f, changed)
			}
		}
	}
}

func checkVariablesOf(t *tree, f *file, changed map[string]token.Pos) {
	for _, decl := range f.syntax.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			spec := spec.(*ast.ValueSpec)
			for i, name := range spec.Names {
				where := t.line(name.Pos())
				if pos, ok := changed[name.Name]; ok {
					t.refuse(f, where, "package variable "+name.Name+", which is changed in "+
						t.fset.Position(pos).String(),
						"no state outside "+strings.Join(variablesFolders, ", "))
				} else if name.Name != "_" && !isReadOnly(group, spec, i) {
					t.refuse(f, where, "package variable "+name.Name,
						"a constant, an error, a regexp, an embedded file or a table")
				}
			}
		}
	}
}

// isReadOnly tells whether the i-th variable of a declaration starts as something fixed.
func isReadOnly(group *ast.GenDecl, spec *ast.ValueSpec, i int) bool {
	if i >= len(spec.Values) {
		return isEmbedded(group.Doc) || isEmbedded(spec.Doc)
	}
	switch value := spec.Values[i].(type) {
	case *ast.CallExpr:
		return slices.Contains(readOnlyMakers, types.ExprString(value.Fun))
	case *ast.CompositeLit:
		return !strings.Contains(types.ExprString(value.Type), "sync.") &&
			!strings.Contains(types.ExprString(value.Type), "atomic.")
	}
	return false
}

func isEmbedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

// changedVariables returns where the package's variables, or parts of them, are assigned to,
// have their address taken, or have a method called that takes their address.
func changedVariables(t *tree, files []*file) map[string]token.Pos {
	info := typeInfo(t, files)
	changed := map[string]token.Pos{}
	for _, f := range files {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			for _, target := range changes(n, info) {
				root := rootIdent(target)
				if v, ok := info.Uses[root].(*types.Var); ok && v.Parent() == v.Pkg().Scope() {
					changed[root.Name] = root.Pos()
				}
			}
			return true
		})
	}
	return changed
}

// changes returns the expressions which a node changes or lets others change.
func changes(n ast.Node, info *types.Info) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		return n.Lhs
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		return []ast.Expr{n.Key, n.Value}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		name, ok := n.Fun.(*ast.Ident)
		if ok && slices.Contains([]string{"clear", "copy", "delete"}, name.Name) {
			return n.Args[:1]
		}
	case *ast.SelectorExpr:
		if takesAddress(info.Selections[n]) {
			return []ast.Expr{n.X}
		}
	}
	return nil
}

// takesAddress tells whether a selection is a method on the address of what stands before it.
func takesAddress(s *types.Selection) bool {
	if s == nil || s.Kind() != types.MethodVal || isPointer(s.Recv()) {
		return false
	}
	receiver := s.Obj().(*types.Func).Signature().Recv()
	return receiver != nil && isPointer(receiver.Type())
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// rootIdent returns x of x.f[i].g and the like, nil where there is none. What lies behind a call
// is another thing.
func rootIdent(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// typeInfo resolves the names within a package. Imported packages stay unknown, and the files of
// all build tags are taken together: the errors from that do no harm here.
func typeInfo(t *tree, files []*file) *types.Info {
	info := &types.Info{
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	config := types.Config{Importer: noImporter{}, Error: func(error) {}}
	var syntax []*ast.File
	for _, f := range files {
		syntax = append(syntax, f.syntax)
	}
	_, _ = config.Check(files[0].syntax.Name.Name, t.fset, syntax, info) // told to Error above
	return info
}

type noImporter struct{}

func (noImporter) Import(string) (*types.Package, error) {
	return nil, errors.New("tidy: imports are not followed")
}
