package compat

import (
	"encoding/json"
	"math/big"
	"reflect"
)

// bound is a keyword that limits a number or a size, and the one that limits
// it without the limit itself, if there is one.
type bound struct {
	keyword, exclusive string

	lower bool // values below are refused, not those above
	size  bool // a lower bound of 0 says nothing
}

// bounds are all of them.
var bounds = []bound{
	{"minimum", "exclusiveMinimum", true, false}, {"maximum", "exclusiveMaximum", false, false},
	{"minLength", "", true, true}, {"maxLength", "", false, true}, {"minItems", "", true, true}, {"maxItems", "", false, true},
	{"minProperties", "", true, true}, {"maxProperties", "", false, true},
}

// limit is where a bound is. The zero limit is none.
type limit struct {
	at   *big.Rat
	open bool   // the value itself is refused
	text string // as the schema has it
}

// compareBounds compares numbers and sizes. Those of outputs only describe.
func compareBounds(at place, old, now node) {
	for _, b := range bounds {
		x, y := b.of(old), b.of(now)
		if x.at == nil && y.at == nil || b.within(x, y) && b.within(y, x) {
			continue
		}
		at.add(at.given() && !b.within(x, y), "its %s was %s and is %s", b.keyword, x, y)
	}
}

// of returns the limit that a schema sets: the narrower one of two.
func (b bound) of(n node) limit {
	x := limit{at: number(n[b.keyword]), text: show(n[b.keyword])}
	if b.size && b.lower && x.at != nil && x.at.Sign() == 0 {
		return limit{}
	}
	y := limit{at: number(n[b.exclusive]), open: true, text: show(n[b.exclusive]) + " (exclusive)"}
	if n["type"] == "integer" && y.at != nil && y.at.IsInt() { // above 0 is from 1 on
		step := big.NewRat(-1, 1)
		if b.lower {
			step.Neg(step)
		}
		y.at, y.open = step.Add(step, y.at), false
	}
	if b.within(y, x) {
		return y
	}
	return x
}

// within reports whether what x lets through fits y too.
func (b bound) within(x, y limit) bool {
	switch {
	case y.at == nil:
		return true
	case x.at == nil:
		return false
	case x.at.Cmp(y.at) == 0:
		return x.open || !y.open
	}
	return (x.at.Cmp(y.at) > 0) == b.lower
}

// String is the limit as the schema has it.
func (l limit) String() string {
	if l.at == nil {
		return "none"
	}
	return l.text
}

// number is a number of a schema, nil where it is none.
func number(v any) *big.Rat {
	text, ok := v.(json.Number)
	if !ok {
		return nil
	}
	r, ok := new(big.Rat).SetString(text.String())
	if !ok {
		return nil
	}
	return r
}

// compareShapes compares what cannot be put in an order: a changed pattern is
// taken for a narrower one, since no one can tell. Those of outputs only
// describe, except a format: readers parse by it.
func compareShapes(at place, old, now node) {
	for _, keyword := range []string{"pattern", "format", "multipleOf", "uniqueItems"} {
		a, b := old[keyword], now[keyword]
		if keyword == "uniqueItems" && (a == false || a == nil) && (b == false || b == nil) || reflect.DeepEqual(a, b) {
			continue
		}
		breaks := at.given() && b != nil && b != false && !(keyword == "multipleOf" && multiples(a, b))
		if keyword == "format" && !at.given() {
			breaks = a != nil
		}
		at.add(breaks, "its %s was %s and is %s", keyword, show(a), show(b))
	}
}

// multiples reports whether the multiples of a number are those of another.
func multiples(a, of any) bool {
	x, y := number(a), number(of)
	return x != nil && y != nil && y.Sign() != 0 && new(big.Rat).Quo(x, y).IsInt()
}
