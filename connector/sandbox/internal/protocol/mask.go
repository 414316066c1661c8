package protocol

import "strings"

// Mask says which fields of an answer a client wants.
type Mask struct {
	Fields []MaskField
}

// MaskField is one field of a mask.
type MaskField struct {
	Name        string
	Each        bool         // written name*: Mask applies to every item
	Mask        *Mask        // nil means the whole field
	Decorations []Decoration // expansions of the URN in the field; they add a sibling name~
}

// Decoration is one expansion: ~, ~(a,b), ~:named or ~type(a).
type Decoration struct {
	Type  string // only URNs of this type, when set
	Named string // a projection that the resource knows by name, when set
	Mask  *Mask  // nil means the whole entity
}

// ParseMask decodes the text of the parameter projection, (a,b(c),d~:e,f*(g)), or of fields, which
// is the same without the outer parentheses and with a colon before a child: a,b:(c).
func ParseMask(text string) (*Mask, error) {
	p := &maskParser{parser{raw: text}}
	var m *Mask
	var err error
	if p.peek() == '(' {
		p.at++
		m, err = p.mask(0, ')')
	} else {
		m, err = p.mask(0, 0)
	}
	if err != nil {
		return nil, err
	}
	if p.at < len(text) {
		return nil, p.fail("projection goes on after its end")
	}
	return m, nil
}

// maskParser walks over one mask.
type maskParser struct{ parser }

// mask reads fields up to end, which is ')' or 0 for the end of the text.
func (p *maskParser) mask(depth int, end byte) (*Mask, error) {
	if depth > maxDepth {
		return nil, p.fail("projection is nested too deeply")
	}
	m := &Mask{}
	for {
		f, err := p.field(depth)
		if err != nil {
			return nil, err
		}
		m.Fields = append(m.Fields, f)
		switch next := p.peek(); {
		case next == ',':
			p.at++
		case next == end:
			if end != 0 {
				p.at++
			}
			return m, nil
		case next == 0:
			return nil, p.fail("parentheses of the projection are not balanced")
		default:
			return nil, p.fail("unexpected character in the projection")
		}
	}
}

// field reads name, name*, name(mask), name:(mask) and any decorations.
func (p *maskParser) field(depth int) (MaskField, error) {
	f := MaskField{Name: p.name()}
	if f.Name == "" {
		return f, p.fail("projection misses a field name")
	}
	var err error
	if p.peek() == '*' {
		p.at++
		f.Each = true
	}
	for p.peek() == '~' {
		p.at++
		d, err := p.decoration(depth)
		if err != nil {
			return f, err
		}
		f.Decorations = append(f.Decorations, d)
	}
	if p.peek() == ':' && strings.HasPrefix(p.raw[p.at:], ":(") {
		p.at++
	}
	if p.peek() == '(' {
		p.at++
		f.Mask, err = p.mask(depth+1, ')')
	}
	return f, err
}

// decoration reads what follows a tilde.
func (p *maskParser) decoration(depth int) (Decoration, error) {
	d := Decoration{Type: p.name()}
	if p.peek() == ':' {
		p.at++
		if d.Named = p.name(); d.Named == "" {
			return d, p.fail("decoration names no projection")
		}
	}
	var err error
	if p.peek() == '(' {
		p.at++
		d.Mask, err = p.mask(depth+1, ')')
	}
	return d, err
}

// name reads a field name; $* is the wildcard of maps.
func (p *maskParser) name() string {
	start := p.at
	if strings.HasPrefix(p.raw[p.at:], "$*") {
		p.at += 2
		return "$*"
	}
	for p.at < len(p.raw) && nameByte(p.raw[p.at]) {
		p.at++
	}
	return p.raw[start:p.at]
}

func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '$' || c == '-'
}
