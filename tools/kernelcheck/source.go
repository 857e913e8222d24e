package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

var (
	allowedImports  = []string{"math/bits", "sync/atomic", "unsafe"}
	allowedBuiltins = []string{"cap", "copy", "len", "max", "min", "panic"}
)

// checker goes over the source of one package.
type checker struct {
	imports  []string // of ours, that there may be
	fset     *token.FileSet
	info     types.Info
	findings []finding
}

// checkSource checks the files of a folder that are built for this machine, and may import some
// packages of ours.
func checkSource(folder string, imports []string) ([]finding, error) {
	pkg, err := build.ImportDir(folder, 0)
	if err != nil {
		return nil, err
	}
	c := &checker{imports: imports, fset: token.NewFileSet()}
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(c.fset, path.Join(folder, name), nil, 0)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	for _, file := range files {
		c.checkImports(file)
	}
	if len(c.findings) > 0 {
		return c.findings, nil // without these the types below are not known
	}
	if err := c.resolve(folder, files); err != nil {
		return nil, err
	}
	for _, file := range files {
		for _, decl := range file.Decls {
			c.checkDeclaration(decl)
		}
	}
	return c.findings, nil
}

func (c *checker) resolve(folder string, files []*ast.File) error {
	c.info.Types = map[ast.Expr]types.TypeAndValue{}
	c.info.Uses = map[*ast.Ident]types.Object{}
	config := types.Config{Importer: importer.ForCompiler(c.fset, "source", nil)}
	_, err := config.Check(ownImports+filepath.ToSlash(folder), c.fset, files, &c.info)
	return err
}

func (c *checker) refuse(n ast.Node, found, want string) {
	p := c.fset.Position(n.Pos())
	c.findings = append(c.findings, finding{fmt.Sprintf("%s:%d", p.Filename, p.Line), found, want})
}

func (c *checker) checkImports(file *ast.File) {
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value) // the parser has checked the quotes
		own, isOwn := strings.CutPrefix(imported, ownImports)
		if !slices.Contains(allowedImports, imported) &&
			!(isOwn && slices.Contains(c.imports, own)) {
			c.refuse(spec, "import of "+imported,
				"only "+strings.Join(allowedImports, ", ")+" and other packages of the program")
		}
	}
}

// checkDeclaration also holds that nothing has to run before the package can be used: package
// variables get their values from the linker.
func (c *checker) checkDeclaration(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil && decl.Name.Name == "init" {
			c.refuse(decl, "func init", "nothing to run before the entry")
		}
	case *ast.GenDecl:
		if decl.Tok == token.VAR {
			c.checkStatic(decl)
		}
	}
	ast.Inspect(decl, c.checkNode)
}

// checkStatic refuses calls in the values of package variables; functions in a table may call.
func (c *checker) checkStatic(decl *ast.GenDecl) {
	ast.Inspect(decl, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if ok && c.info.Types[call].Value == nil && !c.info.Types[call.Fun].IsType() {
			c.refuse(call, "package variable with a call in its value", "a constant value")
		}
		_, isFunction := n.(*ast.FuncLit)
		return !isFunction
	})
}

// checkNode refuses what no code of ring 0 may say. Type parameters and their constraints are
// passed over: an interface there is no value.
func (c *checker) checkNode(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		c.refuse(n, "go statement", "no goroutines")
	case *ast.DeferStmt:
		c.refuse(n, "defer statement", "no deferred calls")
	case *ast.SelectStmt, *ast.SendStmt:
		c.refuse(n, "channel operation", "no channels")
	case *ast.TypeSwitchStmt, *ast.TypeAssertExpr:
		c.refuse(n, "type assertion", "no interfaces")
	case *ast.TypeSpec:
		if types.IsInterface(c.info.Types[n.Type].Type) {
			return false
		}
		ast.Inspect(n.Type, c.checkNode)
		return false
	case *ast.FuncType:
		ast.Inspect(n.Params, c.checkNode)
		if n.Results != nil {
			ast.Inspect(n.Results, c.checkNode)
		}
		return false
	case *ast.CallExpr:
		c.checkCall(n)
	case *ast.BinaryExpr:
		if n.Op == token.ADD && c.info.Types[n].Value == nil && c.isString(n) {
			c.refuse(n, "strings joined", "nothing allocated")
		}
	case *ast.SelectorExpr:
		c.checkSelector(n)
	}
	if e, ok := n.(ast.Expr); ok {
		c.checkType(e)
	}
	return true
}

func (c *checker) checkCall(call *ast.CallExpr) {
	fun := c.info.Types[call.Fun]
	switch name := types.ExprString(call.Fun); {
	case fun.IsType():
		from := call.Args[0]
		if c.info.Types[from].Value == nil && c.isString(call) != c.isString(from) {
			c.refuse(call, "conversion from or to a string", "nothing allocated")
		}
	case !fun.IsBuiltin() || strings.HasPrefix(name, "unsafe."):
	case !slices.Contains(allowedBuiltins, name):
		c.refuse(call, "call of "+name, "only "+strings.Join(allowedBuiltins, ", "))
	case name == "panic" && c.info.Types[call.Args[0]].Value == nil:
		c.refuse(call, "panic with a value made at run time", "a constant")
	}
}

// checkSelector refuses math/bits.OnesCount and its kin: the compiler makes them POPCNT.
func (c *checker) checkSelector(n *ast.SelectorExpr) {
	x, ok := n.X.(*ast.Ident)
	if !ok {
		return
	}
	pkg, ok := c.info.Uses[x].(*types.PkgName)
	if ok && pkg.Imported().Path() == "math/bits" && strings.HasPrefix(n.Sel.Name, "OnesCount") {
		c.refuse(n, "bits."+n.Sel.Name, "no POPCNT, which not every machine has in ring 0")
	}
}

// checkType refuses expressions that are, or are of, a type that needs the runtime.
func (c *checker) checkType(e ast.Expr) {
	tv, ok := c.info.Types[e]
	if !ok || tv.Value != nil || tv.IsBuiltin() {
		return
	}
	switch t := tv.Type.Underlying().(type) {
	case *types.Map:
		c.refuse(e, "map", "no maps")
	case *types.Chan:
		c.refuse(e, "channel", "no channels")
	case *types.Interface:
		if _, isParameter := tv.Type.(*types.TypeParam); !isParameter {
			c.refuse(e, "interface", "no interfaces: values are converted to them on the heap")
		}
	case *types.Basic:
		if t.Info()&(types.IsFloat|types.IsComplex) != 0 {
			c.refuse(e, t.Name(), "no floating point")
		}
	}
}

func (c *checker) isString(e ast.Expr) bool {
	t, ok := c.info.Types[e].Type.Underlying().(*types.Basic)
	return ok && t.Info()&types.IsString != 0
}
