package compat

import (
	"encoding/json"
	"math/big"
	"reflect"
)

// bound is a keyword that limits a number or a size.
type bound struct {
	keyword string
	lower   bool // values below are refused, not those above
	size    bool // a lower bound of 0 says nothing
}

// bounds are all of them.
var bounds = []bound{
	{"minimum", true, false}, {"exclusiveMinimum", true, false}, {"maximum", false, false}, {"exclusiveMaximum", false, false},
	{"minLength", true, true}, {"maxLength", false, true}, {"minItems", true, true}, {"maxItems", false, true},
	{"minProperties", true, true}, {"maxProperties", false, true},
}

// compareBounds compares numbers and sizes. Those of outputs only describe.
func compareBounds(at place, old, now node) {
	for _, b := range bounds {
		x, y := b.of(old), b.of(now)
		narrower := false
		switch {
		case x == nil && y == nil, x != nil && y != nil && x.Cmp(y) == 0:
			continue
		case x == nil:
			narrower = true
		case y != nil:
			narrower = (x.Cmp(y) < 0) == b.lower
		}
		at.add(narrower && at.given(), "its %s was %s and is %s", b.keyword, show(old[b.keyword]), show(now[b.keyword]))
	}
}

// of returns the bound that a schema sets, nil for none.
func (b bound) of(n node) *big.Rat {
	number, ok := n[b.keyword].(json.Number)
	if !ok {
		return nil
	}
	r, ok := new(big.Rat).SetString(number.String())
	if !ok || b.size && b.lower && r.Sign() == 0 {
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
		breaks := at.given() && b != nil && b != false
		if keyword == "format" && !at.given() {
			breaks = a != nil
		}
		at.add(breaks, "its %s was %s and is %s", keyword, show(a), show(b))
	}
}
