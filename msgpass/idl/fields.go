package idl

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"skerry/msgpass"
)

// fieldTypes says what a field may be.
const fieldTypes = "bool, an integer, an array of them, string or []byte"

// reserved are the names that generated code uses itself where fields are in sight.
const reserved = " stub out owner channel line header reader buffer token reply peer err ok i " +
	"element results rig msgpass binary kernel "

// parseMethods reads the methods of an interface in the source.
func (p *parserState) parseMethods(i *Interface, d declaration, events bool) {
	for _, method := range d.named.Methods.List {
		function, ok := method.Type.(*ast.FuncType)
		if !ok || len(method.Names) != 1 {
			p.refuse(method, "an embedded interface", "methods only")
			continue
		}
		m := &Message{Interface: i, Name: method.Names[0].Name, Event: events}
		if !method.Names[0].IsExported() {
			p.refuse(method, "method "+m.Name, "an exported name")
		}
		p.checkDirectives(method.Doc, "max", "call")
		m.Doc = docLines(method.Doc)
		limits := p.parseLimits(method.Doc)
		m.Params = p.parsePayload(m, function.Params, limits)
		m.Results = p.parsePayload(m, function.Results, limits)
		_, call := directive(method.Doc, "call")
		m.Call = call || len(m.Results.Fields) > 0
		if events && m.Call {
			p.refuse(method, "event "+m.Name+" with a reply", "none: events go one way")
		}
		for name := range limits {
			p.refuse(method.Doc, "a maximum for "+name+" in "+m.Name, "one for a string or []byte")
		}
		i.Messages = append(i.Messages, m)
	}
}

// docLines returns the lines of a comment without its directives.
func docLines(doc *ast.CommentGroup) []string {
	text := strings.TrimSpace(doc.Text())
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// parseLimits reads //idl:max name=bytes …
func (p *parserState) parseLimits(doc *ast.CommentGroup) map[string]int {
	limits := map[string]int{}
	text, _ := directive(doc, "max")
	for _, pair := range strings.Fields(text) {
		name, number, _ := strings.Cut(pair, "=")
		limit, err := strconv.Atoi(number)
		if err != nil || limit < 1 || limit > msgpass.MessageBytesMax {
			p.refuse(doc, "maximum "+pair,
				fmt.Sprintf("field=bytes, from 1 to %d bytes", msgpass.MessageBytesMax))
			limit = 1
		}
		limits[name] = limit
	}
	return limits
}

// parsePayload reads parameters or results, and takes their maxima out of limits.
func (p *parserState) parsePayload(m *Message, list *ast.FieldList, limits map[string]int) Payload {
	var payload Payload
	if list != nil {
		for _, group := range list.List {
			if len(group.Names) == 0 {
				p.refuse(group, "a field without a name in "+m.Name, "a name")
			}
			for _, name := range group.Names {
				payload.Fields = append(payload.Fields, p.parseField(m, name, limits))
			}
		}
	}
	payload.measure()
	if payload.Max > msgpass.MessageBytesMax {
		p.refuse(list, fmt.Sprintf("%s of up to %d bytes", m.Name, payload.Max),
			fmt.Sprintf("at most %d; more goes by a msgpass.Descriptor", msgpass.MessageBytesMax))
	}
	return payload
}

func (p *parserState) parseField(m *Message, name *ast.Ident, limits map[string]int) Field {
	f := Field{Name: name.Name}
	if strings.Contains(reserved, " "+f.Name+" ") || types.Universe.Lookup(f.Name) != nil ||
		f.Name == "_" || token.IsExported(f.Name) {
		p.refuse(name, "field "+f.Name+" in "+m.Name,
			"another name, in lower case: generated code uses this one")
	}
	object := p.info.Defs[name]
	if object == nil || !p.setType(m.Interface, &f, object.Type()) {
		found := "of an unknown type"
		if object != nil && object.Type() != types.Typ[types.Invalid] {
			found = object.Type().String()
		}
		p.refuse(name, fmt.Sprintf("field %s %s in %s", f.Name, found, m.Name), fieldTypes)
		f.Basic = "uint8"
	}
	if f.Variable() {
		f.Limit = limits[f.Name]
		f.LimitVar = m.Interface.Name + m.Name + upper(f.Name) + "Max"
		if f.Limit == 0 {
			found := fmt.Sprintf("field %s %s in %s without a maximum", f.Name, f.Type, m.Name)
			p.refuse(name, found, "a directive //idl:max "+f.Name+"=BYTES above "+m.Name)
		}
		delete(limits, f.Name)
	}
	return f
}

// setType fills in what the type of a field says; false if no field can be of that type.
func (p *parserState) setType(i *Interface, f *Field, t types.Type) bool {
	f.Type = p.typeName(i, t)
	switch u := t.Underlying().(type) {
	case *types.Slice:
		f.Basic = "bytes"
		return types.Identical(u.Elem(), types.Typ[types.Byte])
	case *types.Array:
		basic, ok := integer(u.Elem())
		f.Basic, f.IsArray, f.Count = basic, true, int(u.Len())
		f.Element = p.typeName(i, u.Elem())
		return ok && f.Count <= msgpass.MessageBytesMax
	case *types.Basic:
		if u.Kind() == types.String {
			f.Basic = "bytes"
			return true
		}
		basic, ok := integer(t)
		f.Basic = basic
		return ok
	}
	return false
}

// integer returns the name of the bool or integer type that t is, or is named after.
func integer(t types.Type) (name string, ok bool) {
	basic, ok := t.Underlying().(*types.Basic)
	if !ok || basic.Info()&(types.IsInteger|types.IsBoolean) == 0 || basic.Kind() == types.Uintptr {
		return "", false
	}
	return types.Typ[basic.Kind()].Name(), true
}

// typeName returns a type as generated code writes it, and notes the packages that it comes from.
func (p *parserState) typeName(i *Interface, t types.Type) string {
	return types.TypeString(t, func(other *types.Package) string {
		if other == p.pkg {
			return ""
		}
		i.imports[other.Path()] = true
		return other.Name()
	})
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }
