package idl

import (
	"fmt"
	"strings"
	"text/template"
)

// functions are what the templates call. Lists of fields begin with a comma; first drops it.
var functions = template.FuncMap{
	"args":       func(list ...any) []any { return list },
	"arbitrary":  arbitrary,
	"doc":        func(m *Message) string { return doc(m, "\t") },
	"docTop":     func(m *Message) string { return doc(m, "") },
	"first":      func(list string) string { return strings.TrimPrefix(list, ", ") },
	"keep":       keep,
	"limits":     limits,
	"longFields": longFields,
	"loopParams": loopParams,
	"lower":      lower,
	"mustFit":    mustFit,
	"names":      names,
	"params":     params,
	"plain":      plain,
	"version":    version,
	"within":     within,
}

// list writes something for each field, with a comma before each.
func list(p Payload, write func(Field) string) string {
	var b strings.Builder
	for _, f := range p.Fields {
		b.WriteString(", " + write(f))
	}
	return b.String()
}

func params(p Payload) string {
	return list(p, func(f Field) string { return f.Name + " " + f.Type })
}

// loopParams are params in the loop, where fields of variable size are not copied.
func loopParams(p Payload) string {
	return list(p, func(f Field) string {
		if f.Variable() {
			return f.Name + " []byte"
		}
		return f.Name + " " + f.Type
	})
}

func names(p Payload) string { return list(p, func(f Field) string { return f.Name }) }

// plain are names, but of fields of variable size as strings.
func plain(p Payload) string {
	return list(p, func(f Field) string {
		if f.Variable() {
			return "string(" + f.Name + ")"
		}
		return f.Name
	})
}

func doc(m *Message, indent string) string {
	var b strings.Builder
	for _, line := range m.Doc {
		b.WriteString(strings.TrimRight(indent+"// "+line, " ") + "\n")
	}
	return b.String()
}

// limits returns the fields of variable size of an interface.
func limits(i *Interface) (fields []Field) {
	for _, m := range i.Messages {
		for _, p := range []Payload{m.Params, m.Results} {
			for _, f := range p.Fields {
				if f.Variable() {
					fields = append(fields, f)
				}
			}
		}
	}
	return fields
}

// longFields names the fields of variable size, for a comment.
func longFields(p Payload) string {
	var fields []string
	for _, f := range p.Fields {
		if f.Variable() {
			fields = append(fields, f.Name)
		}
	}
	return strings.Join(fields, " or ")
}

// mustFit returns the statements that refuse fields that are too long.
func mustFit(p Payload) string {
	var b strings.Builder
	for _, f := range p.Fields {
		if f.Variable() {
			fmt.Fprintf(&b, "msgpass.MustFit(%q, len(%s), %s)\n", f.LimitVar, f.Name, f.LimitVar)
		}
	}
	return b.String()
}

// keep returns an expression for a field that outlives the handler.
func keep(f Field) string {
	switch {
	case !f.Variable():
		return f.Name
	case strings.HasPrefix(f.Type, "[]"):
		return "append(" + f.Type + "(nil), " + f.Name + "...)"
	}
	return f.Type + "(" + f.Name + ")"
}

// arbitrary returns the statements that declare the fields with values from the fuzzer.
func arbitrary(p Payload) string {
	var b strings.Builder
	for _, f := range p.Fields {
		switch {
		case f.Variable():
			fmt.Fprintf(&b, "%s := %s(rig.Bytes(%s))\n", f.Name, f.Type, f.LimitVar)
		case f.IsArray:
			b.WriteString(f.fillArray(f.arbitrary(f.Element)))
		default:
			fmt.Fprintf(&b, "%s := %s\n", f.Name, f.arbitrary(f.Type))
		}
	}
	return b.String()
}

func (f Field) arbitrary(goType string) string {
	source := "rig.Uint64()"
	if f.Basic == "bool" {
		source = "rig.Bool()"
	}
	if goType == "uint64" || goType == "bool" {
		return source
	}
	return goType + "(" + source + ")"
}

// within returns the statements that check the maxima of received fields.
func within(p Payload) string {
	var b strings.Builder
	for _, f := range p.Fields {
		if f.Variable() {
			fmt.Fprintf(&b, "stub.rig.Within(len(%s), %s)\n", f.Name, f.LimitVar)
		}
	}
	return b.String()
}
