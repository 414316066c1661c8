package compat

import (
	"maps"
	"strings"
)

// maxInlined is how many schemas a document may become: definitions that name
// each other twice double with each step.
const maxInlined = 10_000

// Where schemas stand in a schema.
var (
	schemaUnder = set("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties")
	schemasIn   = set("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
	schemaList  = set("anyOf", "oneOf", "allOf", "prefixItems")
)

// besideRef are the keywords that may stand beside a $ref and limit nothing.
var besideRef = set("$ref", "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly")

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// below returns the value of a keyword with f of each schema in it.
func below(keyword string, v any, f func(any) any) (result any, found bool) {
	switch v := v.(type) {
	case map[string]any:
		if schemaUnder[keyword] {
			return f(v), true
		}
		if schemasIn[keyword] {
			m := make(map[string]any, len(v))
			for name, s := range v {
				m[name] = f(s)
			}
			return m, true
		}
	case []any:
		if schemaList[keyword] {
			list := make([]any, len(v))
			for i, s := range v {
				list[i] = f(s)
			}
			return list, true
		}
	}
	return v, false
}

// bare is a schema without the words that are for people and forms.
func bare(v any) any {
	n, ok := v.(map[string]any)
	if !ok {
		return v
	}
	m := make(map[string]any, len(n))
	for keyword, v := range n {
		switch keyword {
		case "title", "description", "examples", "$comment", "deprecated":
			continue
		}
		if !strings.HasPrefix(keyword, "x-") {
			m[keyword], _ = below(keyword, v, bare)
		}
	}
	return m
}

// inliner puts the definitions of a document where they are named.
type inliner struct {
	root   node
	within map[string]bool // the references that are being followed
	left   int             // how many schemas may still come
	failed bool
}

// inlined is a document with its definitions where they are named. It reports
// false where that cannot be: a definition holds itself, a reference leads
// elsewhere or has limits beside it.
func inlined(root node) (node, bool) {
	in := &inliner{root: root, within: map[string]bool{}, left: maxInlined}
	n, ok := in.schema(map[string]any(root)).(map[string]any)
	return n, ok && !in.failed
}

func (in *inliner) schema(v any) any {
	n, ok := v.(map[string]any)
	if in.left--; !ok || in.failed || in.left < 0 {
		in.failed = in.failed || in.left < 0
		return v
	}
	if has(n, "$id") && in.left < maxInlined-1 { // names in it lead to another root
		in.failed = true
	}
	if has(n, "$ref") {
		return in.follow(n)
	}
	m := make(map[string]any, len(n))
	for keyword, v := range n {
		if keyword == "$defs" || keyword == "definitions" {
			continue
		}
		result, found := below(keyword, v, in.schema)
		if !found && refers(map[string]any{keyword: v}) {
			in.failed = true
		}
		m[keyword] = result
	}
	return m
}

// follow returns the definition that a $ref names, with the words beside it.
func (in *inliner) follow(n map[string]any) any {
	ref, _ := n["$ref"].(string)
	list, name, ok := strings.Cut(strings.TrimPrefix(ref, "#/"), "/")
	definitions, _ := in.root[list].(map[string]any)
	target, known := definitions[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)].(map[string]any)
	if !ok || !known || in.within[ref] || list != "$defs" && list != "definitions" || !strings.HasPrefix(ref, "#/") || strings.ContainsAny(name, "/%") {
		in.failed = true
		return n
	}
	in.within[ref] = true
	m, _ := in.schema(target).(map[string]any)
	delete(in.within, ref)
	m = maps.Clone(m)
	for keyword, v := range n {
		if !besideRef[keyword] && !strings.HasPrefix(keyword, "x-") {
			in.failed = true
		}
		if keyword != "$ref" && keyword != "$defs" && keyword != "definitions" {
			m[keyword] = v
		}
	}
	return m
}

// refers reports whether a value may hold a reference, or an anchor for one.
func refers(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for name, v := range v {
			switch name {
			case "$ref", "$dynamicRef", "$recursiveRef", "$anchor", "$dynamicAnchor":
				return true
			}
			if refers(v) {
				return true
			}
		}
	case []any:
		for _, v := range v {
			if refers(v) {
				return true
			}
		}
	}
	return false
}
