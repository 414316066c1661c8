package host

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// formsSchema allows a value several forms in the ways that authors write.
const formsSchema = `{"type":"object","properties":{
	"people":{"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"string"},{"type":"null"}]},
	"mode":{"oneOf":[{"const":"fast"},{"const":"slow"},{"enum":["careful"]}]},
	"size":{"anyOf":[{"type":"integer","minimum":1},{"type":"string","enum":["all"]}]},
	"overlap":{"oneOf":[{"type":"integer"},{"type":"number"}]},
	"shape":{"oneOf":[
		{"$ref":"#/$defs/circle"},
		{"type":"object","additionalProperties":false,"required":["kind","width","height"],"properties":{"kind":{"const":"box"},"width":{"type":"number"},"height":{"type":"number"}}},
		{"anyOf":[{"type":"object","required":["kind","points"],"properties":{"kind":{"const":"line"},"points":{"type":"array","minItems":2}}}]}]}},
	"$defs":{"circle":{"type":"object","additionalProperties":false,"required":["kind","radius"],"properties":{"kind":{"const":"circle"},"radius":{"type":"number"}}}}}`

// TestNearestForm wants the faults of the form that was meant, not those of
// every form that was not.
func TestNearestForm(t *testing.T) {
	sch, err := compile([]byte(formsSchema))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, doc string
		want      []plugin.Violation
		why       string
	}{
		{"fits", `{"people":["a"],"mode":"slow","size":3,"shape":{"kind":"circle","radius":1}}`, nil, "the ordinary case"},
		{"no type fits", `{"people":1}`, v("/people", "people must be an array or a string or null, not a number"), "one sentence for all the types"},
		{"within a form", `{"people":["a",2]}`, v("/people/1", "entry 2 of people must be a string, not a number"), "a list was meant"},
		{"no value fits", `{"mode":"quick"}`, v("/mode", `mode must be one of "fast", "slow", "careful"`), "all the choices"},
		{"a bound of one form", `{"size":0}`, v("/size", "size must be at least 1, not 0"), "a number was meant"},
		{"a choice of one form", `{"size":"none"}`, v("/size", `size must be one of "all"`), "a text was meant"},
		{"neither", `{"size":[]}`, v("/size", "size must be an integer or a string, not an array"), "no form is near"},
		{"all forms of one type", `{"shape":5}`, v("/shape", "shape must be an object, not a number"), "said once"},
		{"a tag tells the form", `{"shape":{"kind":"box","width":1}}`, v("/shape/height", "height is missing"), "a box was meant, though a circle lacks no more"},
		{"behind a reference", `{"shape":{"kind":"circle","radius":"1","color":"red"}}`, v(
			"/shape/color", `there is no field "color"; the fields are kind, radius`, "/shape/radius", "radius must be a number, not a string"), "all faults of the form that was meant"},
		{"forms within a form", `{"shape":{"kind":"line","points":[1]}}`, v("/shape/points", "points must have at least 2 entries, not 1"), "the nearest of the nearest"},
		{"more than one form", `{"overlap":1}`, v("/overlap", "overlap has more than one of the forms that it may have"), "the schema's fault; the person must still know where"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := sch.violations([]byte(tt.doc))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("violations of %s: %s (-want +got):\n%s", tt.doc, tt.why, diff)
			}
		})
	}
}
