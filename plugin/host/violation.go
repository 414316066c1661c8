package host

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/linkstep/linkstep/plugin"
)

// say words a leaf of a validation error for a person. A missing or an
// unknown property is reported at its own pointer.
func (s *schema) say(e *jsonschema.ValidationError) []plugin.Violation {
	at := pointer(e.InstanceLocation)
	property := s.property(e.SchemaURL)
	name := nameOf(e.InstanceLocation)
	one := func(format string, args ...any) []plugin.Violation {
		return []plugin.Violation{{Pointer: at, Message: name + " " + fmt.Sprintf(format, args...)}}
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		var list []plugin.Violation
		for _, missing := range k.Missing {
			list = append(list, plugin.Violation{Pointer: pointer(e.InstanceLocation, missing), Message: missing + " is missing"})
		}
		return list
	case *kind.AdditionalProperties:
		known := slices.Sorted(maps.Keys(object(property["properties"])))
		var list []plugin.Violation
		for _, extra := range k.Properties {
			list = append(list, plugin.Violation{Pointer: pointer(e.InstanceLocation, extra), Message: unknownProperty(extra, known)})
		}
		return list
	case *kind.Type:
		return one("must be %s, not %s", types(k.Want), article(k.Got))
	case *kind.Minimum:
		return one("must be at least %s, not %s", decimal(k.Want), decimal(k.Got))
	case *kind.Maximum:
		return one("must be at most %s, not %s", decimal(k.Want), decimal(k.Got))
	case *kind.ExclusiveMinimum:
		return one("must be more than %s, not %s", decimal(k.Want), decimal(k.Got))
	case *kind.ExclusiveMaximum:
		return one("must be less than %s, not %s", decimal(k.Want), decimal(k.Got))
	case *kind.MultipleOf:
		return one("must be a multiple of %s, not %s", decimal(k.Want), decimal(k.Got))
	case *kind.MinLength:
		if k.Got == 0 {
			return one("must not be empty")
		}
		return one("must have at least %s, not %d", count(k.Want, "character", "characters"), k.Got)
	case *kind.MaxLength:
		return one("must have at most %s, not %d", count(k.Want, "character", "characters"), k.Got)
	case *kind.MinItems:
		return one("must have at least %s, not %d", count(k.Want, "entry", "entries"), k.Got)
	case *kind.MaxItems:
		return one("must have at most %s, not %d", count(k.Want, "entry", "entries"), k.Got)
	case *kind.UniqueItems:
		return one("must not have the same entry twice (entries %d and %d)", k.Duplicates[0]+1, k.Duplicates[1]+1)
	case *kind.Enum:
		return one("must be one of %s", list(k.Want))
	case *kind.Const:
		return one("must be %s", text(k.Want))
	case *kind.Pattern:
		return one("is not in the expected form%s", forExample(property))
	case *kind.Format:
		return one("is no valid %s%s", k.Want, forExample(property))
	case *kind.OneOf:
		return one("has more than one of the forms that it may have%s", forExample(property))
	}
	return one("does not fit%s", forExample(property))
}

// property returns the schema object that the URL of a leaf points to. The
// URL of a keyword's error is that of the schema it stands in.
func (s *schema) property(schemaURL string) map[string]any {
	_, fragment, _ := strings.Cut(schemaURL, "#")
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	return object(lookUp(s.doc, fragment))
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func unknownProperty(name string, known []string) string {
	s := fmt.Sprintf("there is no field %q", name)
	if near := nearest(name, known); len(near) > 0 {
		return s + "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return s + "; the fields are " + strings.Join(known, ", ")
}

func forExample(property map[string]any) string {
	examples, _ := property["examples"].([]any)
	if len(examples) == 0 {
		return ""
	}
	return ", for example " + text(examples[0])
}

// decimal writes a number as people do, not as a fraction.
func decimal(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// text writes a JSON value.
func text(v any) string {
	doc, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(doc)
}

func list(values []any) string {
	var words []string
	for _, v := range values {
		words = append(words, text(v))
	}
	return strings.Join(words, ", ")
}

// types lists JSON types, null last.
func types(words []string) string {
	var list []string
	for _, word := range words {
		if word != "null" {
			list = append(list, article(word))
		}
	}
	if len(list) < len(words) {
		list = append(list, "null")
	}
	return strings.Join(list, " or ")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// article puts "a" or "an" before a JSON type's name.
func article(word string) string {
	if word == "null" {
		return word
	}
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}
