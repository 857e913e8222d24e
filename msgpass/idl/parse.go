package idl

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
)

// parserState is what the steps of parsing share. Errors are collected, so that one run shows all.
type parserState struct {
	fset *token.FileSet
	info *types.Info
	pkg  *types.Package
	errs []error
}

// Parse reads the declarations of a Go file. Errors: the file is not Go; it declares no interface,
// or something that no stub can carry; each names its position.
func Parse(path string) (*File, error) {
	p := &parserState{fset: token.NewFileSet()}
	syntax, err := p.load(path)
	if err != nil {
		return nil, err
	}
	f := &File{Name: filepath.Base(path), Package: syntax.Name.Name}
	declared := interfacesOf(syntax)
	for _, d := range declared {
		if text, ok := directive(d.doc, "interface"); ok {
			f.Interfaces = append(f.Interfaces, p.parseInterface(f, d, text, declared))
		}
	}
	if len(f.Interfaces) == 0 {
		p.refuse(syntax.Name, "no interface with a directive //idl:interface", "one at least")
	}
	return f, errors.Join(p.errs...)
}

// load parses the file and checks the types of its package, as far as that is possible: what is
// generated may not be there yet.
func (p *parserState) load(path string) (*ast.File, error) {
	syntax, err := parser.ParseFile(p.fset, path, nil, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("idl: %w", err)
	}
	files := []*ast.File{syntax}
	others, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.go"))
	if err != nil {
		return nil, fmt.Errorf("idl: %w", err)
	}
	for _, other := range others {
		name := filepath.Base(other)
		if name == filepath.Base(path) || strings.Contains(name, "_idl_") ||
			strings.HasSuffix(name, "_test.go") {
			continue
		}
		if more, err := parser.ParseFile(p.fset, other, nil, 0); err == nil {
			files = append(files, more)
		}
	}
	p.info = &types.Info{Defs: map[*ast.Ident]types.Object{}}
	config := types.Config{
		Importer: importer.ForCompiler(p.fset, "source", nil),
		Error:    func(error) {}, IgnoreFuncBodies: true,
	}
	// What matters of the errors shows as a field of an invalid type.
	p.pkg, _ = config.Check(syntax.Name.Name, p.fset, files, p.info)
	return syntax, nil
}

// refuse notes an error at a node: what was found, and what is wanted.
func (p *parserState) refuse(at ast.Node, found, want string) {
	where := p.fset.Position(at.Pos())
	if cwd, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(cwd, where.Filename); err == nil {
			where.Filename = short
		}
	}
	p.errs = append(p.errs, fmt.Errorf("%v: %s: want %s", where, found, want))
}

// declaration is an interface in the source.
type declaration struct {
	name  *ast.Ident
	doc   *ast.CommentGroup
	named *ast.InterfaceType
}

// interfacesOf returns the interfaces that a file declares.
func interfacesOf(f *ast.File) (list []declaration) {
	for _, d := range f.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.TYPE {
			continue
		}
		for _, s := range group.Specs {
			spec := s.(*ast.TypeSpec)
			doc := spec.Doc
			if doc == nil {
				doc = group.Doc
			}
			if named, ok := spec.Type.(*ast.InterfaceType); ok {
				list = append(list, declaration{spec.Name, doc, named})
			}
		}
	}
	return list
}

// directive returns the text behind //idl:NAME in a comment.
func directive(doc *ast.CommentGroup, name string) (text string, ok bool) {
	if doc == nil {
		return "", false
	}
	for _, c := range doc.List {
		verb, rest, _ := strings.Cut(strings.TrimPrefix(c.Text, "//idl:"), " ")
		if strings.HasPrefix(c.Text, "//idl:") && verb == name {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// checkDirectives refuses directives that nobody knows.
func (p *parserState) checkDirectives(doc *ast.CommentGroup, known ...string) {
	if doc == nil {
		return
	}
	for _, c := range doc.List {
		text, ok := strings.CutPrefix(c.Text, "//idl:")
		verb, _, _ := strings.Cut(text, " ")
		if ok && !contains(known, verb) {
			p.refuse(c, "directive //idl:"+verb, "//idl:"+strings.Join(known, " or //idl:"))
		}
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// parseInterface reads one interface, and that of its events.
func (p *parserState) parseInterface(f *File, d declaration, text string,
	declared []declaration) *Interface {
	p.checkDirectives(d.doc, "interface")
	i := &Interface{Name: d.name.Name, Package: f.Package, imports: map[string]bool{}}
	if !d.name.IsExported() {
		p.refuse(d.name, "interface "+i.Name, "an exported name")
	}
	p.parseMethods(i, d, false)
	if text != "" {
		name, ok := strings.CutPrefix(text, "events=")
		events := find(declared, name)
		if !ok || events == nil {
			p.refuse(d.doc, "directive //idl:interface "+text,
				"events=NAME, an interface of this file")
			return i
		}
		i.Events = name
		p.checkDirectives(events.doc)
		p.parseMethods(i, *events, true)
	}
	if len(i.Messages) == 0 || len(i.Messages) > MessagesMax {
		p.refuse(d.name, fmt.Sprintf("interface %s with %d messages", i.Name, len(i.Messages)),
			fmt.Sprintf("1 to %d, events included", MessagesMax))
	}
	p.checkNames(i, d)
	return i
}

func find(declared []declaration, name string) *declaration {
	for i := range declared {
		if declared[i].name.Name == name {
			return &declared[i]
		}
	}
	return nil
}

// checkNames refuses messages whose generated methods would have one name.
func (p *parserState) checkNames(i *Interface, d declaration) {
	taken := map[string]string{}
	for _, name := range []string{"Bound", "Down", "Joined", "Left", "Port", "AwaitBound"} {
		taken[name] = "a method of all stubs"
	}
	for _, m := range i.Messages {
		names := []string{m.Name}
		if m.Call {
			names = append(names, m.Name+"Reply")
		}
		for _, name := range names {
			if by, ok := taken[name]; ok {
				p.refuse(d.name, fmt.Sprintf("method %s.%s, which is also %s", i.Name, name, by),
					"another name")
			}
			taken[name] = "generated for " + m.Name
		}
	}
}
