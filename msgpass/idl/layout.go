package idl

import (
	"fmt"
	"strings"

	"skerry/msgpass"
)

// A payload without fields of variable size that fits a line travels as words: each bool or
// integer, in the order of declaration, lies at the next multiple of its size, so none straddles a
// word. All others travel as bytes: see msgpass.Reader.

// leaf is one bool or integer of a payload that travels as words.
type leaf struct {
	value  string // as an expression
	field  int
	basic  string
	goType string
	offset int // bytes
}

// sizeOf returns the bytes that a bool or integer takes.
func sizeOf(basic string) int {
	switch basic {
	case "bool", "uint8", "int8":
		return 1
	case "uint16", "int16":
		return 2
	case "uint32", "int32":
		return 4
	}
	return 8
}

// measure finds out how the payload travels, and how long it is.
func (p *Payload) measure() {
	p.Words, p.Min, p.Max = true, 0, 0
	for _, f := range p.Fields {
		if f.Variable() {
			p.Words = false
			p.Min += 2
			p.Max += 2 + f.Limit
			continue
		}
		size := sizeOf(f.Basic)
		if f.IsArray {
			size *= f.Count
		}
		p.Min += size
		p.Max += size
	}
	p.Words = p.Words && p.Max <= msgpass.PayloadBytes
	if leaves := p.leaves(); p.Words && len(leaves) > 0 {
		last := leaves[len(leaves)-1]
		end := last.offset + sizeOf(last.basic)
		if p.Words = end <= msgpass.PayloadBytes; p.Words {
			p.Min, p.Max = end, end
		}
	}
}

// leaves returns the bools and integers of a payload without fields of variable size.
func (p *Payload) leaves() (list []leaf) {
	offset := 0
	add := func(l leaf) {
		size := sizeOf(l.basic)
		l.offset = (offset + size - 1) / size * size
		offset = l.offset + size
		list = append(list, l)
	}
	for i, f := range p.Fields {
		if !f.IsArray {
			add(leaf{value: f.Name, field: i, basic: f.Basic, goType: f.Type})
			continue
		}
		for j := range f.Count {
			add(leaf{value: fmt.Sprintf("%s[%d]", f.Name, j), field: i, basic: f.Basic,
				goType: f.Element})
		}
	}
	return list
}

// words returns how many words the payload takes.
func (p *Payload) words() int { return (p.Max + 7) / 8 }

// PutWords returns the statements that write the payload to a line.
func (p Payload) PutWords() string {
	terms := make([][]string, p.words())
	for _, l := range p.leaves() {
		term := l.encode()
		if shift := l.offset % 8 * 8; shift > 0 {
			term += fmt.Sprintf("<<%d", shift)
		}
		terms[l.offset/8] = append(terms[l.offset/8], term)
	}
	var b strings.Builder
	for i, t := range terms {
		fmt.Fprintf(&b, "line[%d] = %s\n", i, strings.Join(t, " | "))
	}
	return b.String()
}

// encode returns the leaf as a uint64 whose high bits are zero.
func (l leaf) encode() string {
	switch l.basic {
	case "bool":
		if l.goType != "bool" {
			return "msgpass.Bool(bool(" + l.value + "))"
		}
		return "msgpass.Bool(" + l.value + ")"
	case "int8", "int16", "int32":
		return "uint64(u" + l.basic + "(" + l.value + "))"
	case "uint64":
		if l.goType == "uint64" {
			return l.value
		}
	}
	return "uint64(" + l.value + ")"
}

// GetWords returns the statements that read the words of a line, each once.
func (p Payload) GetWords() string {
	var b strings.Builder
	for i := range p.words() {
		fmt.Fprintf(&b, "w%d := line[%d]\n", i, i)
	}
	return b.String()
}

// BadBools returns the condition under which a bool is neither 0 nor 1, or "".
func (p Payload) BadBools() string {
	var terms []string
	for _, l := range p.leaves() {
		if l.basic == "bool" {
			terms = append(terms, l.word()+"&0xff > 1")
		}
	}
	return strings.Join(terms, " || ")
}

// word returns the word that holds the leaf, with the leaf in its low bits.
func (l leaf) word() string {
	if shift := l.offset % 8 * 8; shift > 0 {
		return fmt.Sprintf("w%d>>%d", l.offset/8, shift)
	}
	return fmt.Sprintf("w%d", l.offset/8)
}

// decode returns the leaf as an expression of its type.
func (l leaf) decode() string {
	switch {
	case l.basic == "bool" && l.goType == "bool":
		return l.word() + "&0xff != 0"
	case l.basic == "bool":
		return l.goType + "(" + l.word() + "&0xff != 0)"
	case l.goType == "uint64":
		return l.word()
	}
	return l.goType + "(" + l.word() + ")"
}

// Arguments returns the fields as expressions over the words that GetWords reads, or, for a payload
// of bytes, as the variables that GetBytes declares; each after a comma.
func (p Payload) Arguments() string {
	var b strings.Builder
	if !p.Words {
		for _, f := range p.Fields {
			b.WriteString(", " + f.Name)
		}
		return b.String()
	}
	byField := make([][]string, len(p.Fields))
	for _, l := range p.leaves() {
		byField[l.field] = append(byField[l.field], l.decode())
	}
	for i, f := range p.Fields {
		list := strings.Join(byField[i], ", ")
		if f.IsArray {
			list = f.Type + "{" + list + "}"
		}
		b.WriteString(", " + list)
	}
	return b.String()
}

// PutBytes returns the statements that append the payload to buffer.
func (p Payload) PutBytes() string {
	var b strings.Builder
	for _, f := range p.Fields {
		switch {
		case f.Variable():
			fmt.Fprintf(&b, "buffer = msgpass.AppendBytes(buffer, %s)\n", f.Name)
		case f.IsArray:
			fmt.Fprintf(&b, "for _, element := range %s {\n%s}\n", f.Name,
				f.append("element", f.Element))
		default:
			b.WriteString(f.append(f.Name, f.Type))
		}
	}
	return b.String()
}

func (f Field) append(value, goType string) string {
	bits := sizeOf(f.Basic) * 8
	if f.Basic == "bool" {
		value = leaf{value: value, basic: f.Basic, goType: goType}.encode()
	}
	if plain := fmt.Sprintf("uint%d", bits); goType != plain {
		value = plain + "(" + value + ")"
	}
	if bits == 8 {
		return fmt.Sprintf("buffer = append(buffer, %s)\n", value)
	}
	return fmt.Sprintf("buffer = binary.LittleEndian.AppendUint%d(buffer, %s)\n", bits, value)
}

// GetBytes returns the statements that take the fields from reader.
func (p Payload) GetBytes() string {
	var b strings.Builder
	for _, f := range p.Fields {
		switch {
		case f.Variable():
			fmt.Fprintf(&b, "%s := reader.Bytes(%s)\n", f.Name, f.LimitVar)
		case f.IsArray:
			b.WriteString(f.fillArray(f.read(f.Element)))
		default:
			fmt.Fprintf(&b, "%s := %s\n", f.Name, f.read(f.Type))
		}
	}
	return b.String()
}

// fillArray returns the statements that declare an array, each element with the same expression.
func (f Field) fillArray(element string) string {
	return fmt.Sprintf("var %s %s\nfor i := range %s {\n%s[i] = %s\n}\n", f.Name, f.Type, f.Name,
		f.Name, element)
}

func (f Field) read(goType string) string {
	source := fmt.Sprintf("uint%d", sizeOf(f.Basic)*8)
	if f.Basic == "bool" {
		source = "bool"
	}
	call := "reader." + upper(source) + "()"
	if goType == source || goType == "byte" {
		return call
	}
	return goType + "(" + call + ")"
}
