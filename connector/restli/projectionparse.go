package restli

import (
	"fmt"
	"strings"
)

// everyItem is the wildcard of the fields notation.
const everyItem = "$*"

// ParseProjection reads the notation of the projection parameter, the inverse of [Projection.Encode]. It takes the text as it is
// after percent-decoding. White space is not allowed.
func ParseProjection(text string) (Projection, error) {
	return parseProjection(text, func(p *projectionParser) (Projection, error) { return p.children(0) })
}

// ParseFields reads the notation of the fields parameter, the inverse of [Projection.Fields].
func ParseFields(text string) (Projection, error) {
	return parseProjection(text, func(p *projectionParser) (Projection, error) { return p.fields(0) })
}

func parseProjection(text string, read func(*projectionParser) (Projection, error)) (Projection, error) {
	p := &projectionParser{in: text}
	projection, err := read(p)
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.in) {
		return nil, p.unexpected()
	}
	return projection, nil
}

type projectionParser struct {
	in  string
	pos int
}

func (p *projectionParser) unexpected() error { return unexpected("projection", p.in, p.pos) }

func (p *projectionParser) accept(c byte) bool {
	if p.pos < len(p.in) && p.in[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// peek reports whether the next byte is c.
func (p *projectionParser) peek(c byte) bool { return p.pos < len(p.in) && p.in[p.pos] == c }

func (p *projectionParser) name() (string, error) {
	start := p.pos
	for p.pos < len(p.in) && isName(p.in[p.pos:p.pos+1]) {
		p.pos++
	}
	if p.pos == start {
		return "", p.unexpected()
	}
	return p.in[start:p.pos], nil
}

// children reads (a,b*(c),d~:e).
func (p *projectionParser) children(depth int) (Projection, error) {
	if depth > maxDepth {
		return nil, &SyntaxError{What: "projection", Offset: p.pos, Reason: fmt.Sprintf("nested more than %d deep", maxDepth)}
	}
	if !p.accept('(') {
		return nil, p.unexpected()
	}
	var projection Projection
	for {
		field, err := p.field(depth)
		if err != nil {
			return nil, err
		}
		projection = append(projection, field)
		if p.accept(')') {
			return projection, nil
		}
		if !p.accept(',') {
			return nil, p.unexpected()
		}
	}
}

func (p *projectionParser) field(depth int) (Field, error) {
	var field Field
	var err error
	if p.accept('*') {
		field.Name = "*"
	} else {
		if field.Name, err = p.name(); err != nil {
			return field, err
		}
		field.Each = p.accept('*')
	}
	if p.peek('(') {
		if field.Fields, err = p.children(depth + 1); err != nil {
			return field, err
		}
	}
	for p.accept('~') {
		expansion, err := p.expansion(depth)
		if err != nil {
			return field, err
		}
		field.Expand = append(field.Expand, expansion)
	}
	return field, nil
}

// expansion reads what follows a ~: type, :named and (fields), each of them optional.
func (p *projectionParser) expansion(depth int) (Expansion, error) {
	var x Expansion
	var err error
	if p.pos < len(p.in) && isName(p.in[p.pos:p.pos+1]) {
		if x.Type, err = p.name(); err != nil {
			return x, err
		}
	}
	if p.accept(':') {
		if x.Named, err = p.name(); err != nil {
			return x, err
		}
	}
	if p.peek('(') {
		x.Fields, err = p.children(depth + 1)
	}
	return x, err
}

// fields reads a,b:($*:(c)) up to the end or to a closing parenthesis.
func (p *projectionParser) fields(depth int) (Projection, error) {
	if depth > maxDepth {
		return nil, &SyntaxError{What: "projection", Offset: p.pos, Reason: fmt.Sprintf("nested more than %d deep", maxDepth)}
	}
	var projection Projection
	for {
		field, err := p.fieldsField(depth)
		if err != nil {
			return nil, err
		}
		projection = append(projection, field)
		if !p.accept(',') {
			return projection, nil
		}
	}
}

func (p *projectionParser) fieldsField(depth int) (Field, error) {
	var field Field
	var err error
	if strings.HasPrefix(p.in[p.pos:], everyItem) {
		p.pos += len(everyItem)
		field.Name = everyItem
	} else if field.Name, err = p.name(); err != nil {
		return field, err
	}
	if !p.accept(':') {
		return field, nil
	}
	if !p.accept('(') {
		return field, p.unexpected()
	}
	children, err := p.fields(depth + 1)
	if err != nil {
		return field, err
	}
	if !p.accept(')') {
		return field, p.unexpected()
	}
	if len(children) == 1 && children[0].Name == everyItem && !children[0].Each {
		field.Each, children = true, children[0].Fields
	}
	field.Fields = children
	return field, nil
}
