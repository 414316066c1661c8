package protocol

import (
	"fmt"
	"strings"
)

// parser walks over one raw value.
type parser struct {
	raw string
	at  int
}

func (p *parser) fail(problem string) error {
	return &SyntaxError{Offset: p.at, Problem: problem}
}

// peek returns the next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.at == len(p.raw) {
		return 0
	}
	return p.raw[p.at]
}

func (p *parser) value(depth int) (Value, error) {
	switch {
	case depth > maxDepth:
		return Value{}, p.fail("value is nested too deeply")
	case strings.HasPrefix(p.raw[p.at:], "List("):
		p.at += len("List(")
		return p.list(depth)
	case p.peek() == '(':
		p.at++
		return p.object(depth)
	}
	text, err := p.text()
	return Value{Text: text}, err
}

// list reads the items of a list whose opening has been read.
func (p *parser) list(depth int) (Value, error) {
	v := Value{Kind: List}
	if p.peek() == ')' {
		p.at++
		return v, nil
	}
	for {
		item, err := p.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		v.Items = append(v.Items, item)
		if done, err := p.closed(); done || err != nil {
			return v, err
		}
	}
}

// object reads the fields of an object whose opening has been read.
func (p *parser) object(depth int) (Value, error) {
	v := Value{Kind: Object}
	if p.peek() == ')' {
		p.at++
		return v, nil
	}
	for {
		name, err := p.text()
		if err != nil {
			return Value{}, err
		}
		if p.peek() != ':' {
			return Value{}, p.fail("object field has no colon")
		}
		p.at++
		field, err := p.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		v.Fields = append(v.Fields, Field{Name: name, Value: field})
		if done, err := p.closed(); done || err != nil {
			return v, err
		}
	}
}

// closed reads what follows an item: a comma (false) or the closing parenthesis (true).
func (p *parser) closed() (bool, error) {
	switch p.peek() {
	case ',':
		p.at++
		return false, nil
	case ')':
		p.at++
		return true, nil
	case 0:
		return false, p.fail("parentheses are not balanced")
	}
	return false, p.fail(fmt.Sprintf("unexpected %q", p.peek()))
}

// text reads a string up to the next structural character.
func (p *parser) text() (string, error) {
	if strings.HasPrefix(p.raw[p.at:], "''") {
		p.at += 2
		return "", nil
	}
	start := p.at
	for p.at < len(p.raw) && !strings.ContainsRune("(),:'", rune(p.raw[p.at])) {
		p.at++
	}
	if p.at == start {
		return "", p.fail("a value is missing (an empty string is written '')")
	}
	text, offset, problem := decode(p.raw[start:p.at])
	if problem != "" {
		p.at = start + offset
		return "", p.fail(problem)
	}
	return text, nil
}
