package host

import "testing"

// What an empty input says of a schema is found out once, when it is compiled.
func TestEmptyInput(t *testing.T) {
	tests := []struct {
		name, schema, input string
		fits                bool
		at, why             string // at: the pointer of the violation
	}{
		{"nothing required", `{"type":"object","properties":{"a":{"type":"string"}}}`, `{}`, true, "", "a step may set nothing"},
		{"required", `{"type":"object","required":["a"]}`, `{}`, false, "/a", "it is missing"},
		{"at least one", `{"type":"object","minProperties":1}`, `{}`, false, "", "the violation is the document's own"},
		{"not empty", `{"type":"object","properties":{"a":{"type":"string"}}}`, `{"a":1}`, false, "/a", "only the empty input is known beforehand"},
	}
	for _, tt := range tests {
		sch, err := compile([]byte(tt.schema))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		list, err := sch.violations([]byte(tt.input))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if tt.fits != (len(list) == 0) || !tt.fits && list[0].Pointer != tt.at {
			t.Errorf("%s: %s against %s gives %+v; want it to fit: %t, else a violation at %q: %s", tt.name, tt.input, tt.schema, list, tt.fits, tt.at, tt.why)
		}
	}
}
