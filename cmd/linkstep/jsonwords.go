package main

import (
	"cmp"
	"encoding/json"
	"reflect"
	"strings"
	"unicode"
)

// mistypedWords says which kind of JSON value stands where another belongs,
// without the names of Go types.
func mistypedWords(e *json.UnmarshalTypeError) string {
	var path []string
	for _, name := range strings.Split(e.Field, ".") {
		if name != "" && !unicode.IsUpper(rune(name[0])) { // else an embedded Go type
			path = append(path, name)
		}
	}
	where := cmp.Or(strings.Join(path, "."), "it")
	value, _, _ := strings.Cut(e.Value, " ") // "number 5.5"
	words := map[string]string{"array": "an array", "object": "an object", "bool": "a boolean"}
	got, known := words[value]
	if !known {
		got = "a " + value
	}
	want := "another value"
	switch e.Type.Kind() {
	case reflect.Struct, reflect.Map:
		want = "an object"
	case reflect.Slice, reflect.Array:
		want = "an array"
	case reflect.String:
		want = "a string"
	case reflect.Bool:
		want = "a boolean"
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64:
		want = "a number"
	}
	return where + " is " + got + " where " + want + " belongs"
}
