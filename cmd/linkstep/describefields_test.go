package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDescribeFields lists fields as a person needs them to fill in a form:
// with what each may be, down to the fields of fields.
func TestDescribeFields(t *testing.T) {
	t.Parallel()
	const schema = `{"type": "object", "required": ["who"], "properties": {
		"who": {"type": "string", "minLength": 1, "maxLength": 9, "description": "Whom."},
		"kind": {"type": "string", "enum": ["a", "b c", ""], "default": "a", "description": "Which."},
		"key": {"type": "string", "writeOnly": true, "minLength": 8},
		"age": {"type": ["integer", "null"], "minimum": 0, "maximum": 150, "default": null},
		"share": {"type": "number", "maximum": 0.5},
		"code": {"type": "string", "minLength": 2, "maxLength": 2},
		"free": {"type": "string", "minLength": 0},
		"tags": {"type": "array", "maxItems": 3, "items": {"type": "string", "enum": ["x", "y"]}},
		"mixed": {"type": "array", "items": true},
		"any": true,
		"limits": {"type": "array", "minItems": 1, "description": "Bounds.", "items": {"type": "object", "required": ["calls"], "properties": {
			"calls": {"type": "integer", "minimum": 1, "description": "How many."},
			"of": {"type": "object", "properties": {"name": {"type": "string", "description": "Whose."}}}
		}}}
	}}`
	const want = `  who (string, required, 1 to 9 characters)
      Whom.
  age (integer or null, 0 to 150)
  any (anything)
  code (string, 2 characters)
  free (string)
  key (string, secret, at least 8 characters)
  kind (string, default "a")
      Which.
      One of: a, "b c", ""
  limits (array of object, at least 1 item)
      Bounds.
      calls (integer, required, at least 1)
          How many.
      of (object)
          name (string)
              Whose.
  mixed (array of anything)
  share (number, at most 0.5)
  tags (array of string, at most 3 items)
      One of: x, y
`
	var out bytes.Buffer
	a := &app{out: &out}
	if err := a.describeFields(json.RawMessage(schema)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}
