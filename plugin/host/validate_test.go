package host

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// v makes violations from pairs of pointer and message.
func v(pairs ...string) []plugin.Violation {
	var list []plugin.Violation
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, plugin.Violation{Pointer: pairs[i], Message: pairs[i+1]})
	}
	return list
}

var inputs = []struct {
	name, input string
	want        []plugin.Violation
	why         string
}{
	{"fits", `{"text":"hello","count":25,"ratio":0.5,"color":"red","always":true,"ids":["ab","cd"],"mail":"a@b.test","address":{"city":"x"},"either":null}`, nil, "the ordinary case"},
	{"missing", `{}`, v("/text", "text is missing"), "at the pointer of what is missing"},
	{"null is no absence", `{"text":null}`, v("/text", "text must be a string, not null"), "a form leaves a field out"},
	{"wrong types", `{"text":1,"count":"2","ids":{},"address":[],"either":1.5}`, v(
		"/address", "address must be an object, not an array", "/count", "count must be an integer, not a string",
		"/either", "either must be a string or null, not a number", "/ids", "ids must be an array, not an object", "/text", "text must be a string, not a number"),
		"everything at once, in the order of the pointers"},
	{"no integer", `{"text":"a","count":1.5}`, v("/count", "count must be an integer, not a number"), "JSON has one kind of number"},
	{"too small", `{"text":"a","count":0,"ratio":0.1,"share":0}`, v(
		"/count", "count must be at least 1, not 0", "/ratio", "ratio must be at least 0.25, not 0.1", "/share", "share must be more than 0, not 0"), "decimals, not fractions"},
	{"too large", `{"text":"a","count":26,"ratio":0.9,"share":1,"step":7}`, v(
		"/count", "count must be at most 25, not 26", "/ratio", "ratio must be at most 0.75, not 0.9", "/share", "share must be less than 1, not 1",
		"/step", "step must be a multiple of 5, not 7"), "the same"},
	{"length", `{"text":"","ids":[]}`, v("/ids", "ids must have at least 1 entry, not 0", "/text", "text must not be empty"), "an empty text has words of its own"},
	{"too long", `{"text":"abcdefghijk","ids":["ab","cd","ef","gh"]}`, v(
		"/ids", "ids must have at most 3 entries, not 4", "/text", "text must have at most 10 characters, not 11"), "count and limit"},
	{"characters, not bytes", `{"text":"ééééééééééé"}`, v(
		"/text", "text must have at most 10 characters, not 11", "/text", "text is not in the expected form, for example \"a word\""), "people count characters"},
	{"pattern", `{"text":"ABC"}`, v("/text", `text is not in the expected form, for example "a word"`), "a regular expression says nothing to a person"},
	{"format", `{"text":"a","mail":"nobody"}`, v("/mail", `mail is no valid email, for example "ada@example.test"`), "formats are checked"},
	{"enum", `{"text":"a","color":"blue"}`, v("/color", `color must be one of "red", "green"`), "the choices"},
	{"const", `{"text":"a","always":false}`, v("/always", "always must be true"), "the one choice"},
	{"entries", `{"text":"a","ids":["ab","x","ab"]}`, v(
		"/ids", "ids must not have the same entry twice (entries 1 and 3)", "/ids/1", "entry 2 of ids must have at least 2 characters, not 1"), "people count from one, pointers from zero"},
	{"unknown field", `{"text":"a","colour":"red"}`, v("/colour", `there is no field "colour"; did you mean color?`), "a typing error is the usual reason"},
	{"unknown field, nothing near", `{"text":"a","zzzzzz":1}`, v("/zzzzzz", `there is no field "zzzzzz"; the fields are address, always, color, count, either, ids, mail, ratio, share, step, text`), "the whole list then"},
	{"below", `{"text":"a","address":{"town":"x"}}`, v(
		"/address/city", "city is missing", "/address/town", `there is no field "town"; the fields are city, street/no`), "pointers go down"},
	{"pointer escapes", `{"text":"a","address":{"city":"x","street/no":1}}`, v("/address/street~1no", "street/no must be a string, not a number"), "RFC 6901"},
	{"no object", `[1]`, v("", "it must be an object, not an array"), "the whole document has the empty pointer"},
	{"null", `null`, v("", "it must be an object, not null"), "the same"},
	// A number that the validator's library cannot parse ended the host.
	{"monstrous number", `{"text":"a","count":1e10000000}`, v("/count", "count is a number out of all bounds"), "no answer after a minute, or a crash of the host"},
	{"monstrous fraction", `{"text":"a","ratio":1e-999999}`, v("/ratio", "ratio is a number out of all bounds"), "the same on the other side"},
	{"many digits", `{"text":"a","ids":[` + strings.Repeat("9", 1000) + `]}`, v("/ids/0", "entry 1 of ids is a number out of all bounds"), "and deep down"},
	{"large but sane", `{"text":"a","count":1e300}`, v("/count", "count must be at most 25, not 1"+strings.Repeat("0", 300)), "every float64 can be compared"},
}

func TestInputViolations(t *testing.T) {
	eachWay(t, func(t *testing.T, p *Plugin) {
		for _, tt := range inputs {
			t.Run(tt.name, func(t *testing.T) {
				_, err := p.Invoke(t.Context(), account(), request("echo", tt.input), nil)
				if tt.want == nil {
					if err != nil {
						t.Errorf("input %s: %v: %s", tt.input, err, tt.why)
					}
					return
				}
				var e *plugin.Error
				if !errors.As(err, &e) {
					t.Fatalf("input %s gives %v: %s", tt.input, err, tt.why)
				}
				if diff := cmp.Diff(tt.want, e.Violations); diff != "" {
					t.Errorf("violations of %s: %s (-want +got):\n%s", tt.input, tt.why, diff)
				}
				if e.Kind != plugin.InvalidInput || e.Source != plugin.SourceUser || e.Effect != plugin.EffectNone || e.Pointer != tt.want[0].Pointer ||
					!strings.HasPrefix(e.Message, "the input does not fit: "+tt.want[0].Message) || e.Hint != "See the fields with: linkstep describe tester.echo" {
					t.Errorf("error of %s = %+v: %s", tt.input, e, tt.why)
				}
			})
		}
	})
}

func TestBrokenJSON(t *testing.T) {
	tests := []struct{ name, input, want, why string }{
		{"value missing", "{\n  \"text\": }", "invalid character '}' looking for beginning of value at line 2, column 11", "the place of the character"},
		{"first character", "text", "invalid character 'e' in literal true (expecting 'r') at line 1, column 2", "counted from one"},
		{"line end in a text", "{\"text\":\"a\nb\"}", `invalid character '\n' in string literal at line 1, column 11`, "the line end belongs to its own line"},
		{"cut off", `{"text":"a`, "it ends too early", "there is no character to point at"},
		{"more after the end", "{\"text\":\"a\"}\n}", "there is more after its end at line 2, column 1", "two documents are not one"},
		{"two documents", "{\"text\":\"a\"} {}", "there is more after its end at line 1, column 14", "the same"},
		{"single quotes", "{'text':'a'}", `invalid character '\'' looking for beginning of object key string at line 1, column 2`, "as people write it who come from Python"},
	}
	eachWay(t, func(t *testing.T, p *Plugin) {
		for _, tt := range tests {
			_, err := p.Invoke(t.Context(), account(), request("echo", tt.input), nil)
			var e *plugin.Error
			if !errors.As(err, &e) || e.Kind != plugin.InvalidInput || e.Message != "the input is no JSON: "+tt.want ||
				e.Hint != `Give one JSON object, for example {"text":"hello"}` || e.Effect != plugin.EffectNone {
				t.Errorf("%s, %q gives %+v; want %q: %s", tt.name, tt.input, err, tt.want, tt.why)
			}
		}
	})
}

// TestHugeInputs validates what takes long to look at in time.
func TestHugeInputs(t *testing.T) {
	p := load(t, newHost(t, nil), Direct(plugintest.New(nil)))
	tests := []struct{ name, input, why string }{
		{"2 MB text", `{"text":"` + strings.Repeat("a", 2<<20) + `"}`, "an over-long field is invalid_input at its maxLength"},
		{"many entries", `{"text":"a","ids":[` + strings.Repeat("1,", 1<<17) + `1]}`, "very many violations of the same kind"},
		{"many fields", `{` + strings.Repeat(`"a":1,`, 300000) + `"text":"a"}`, "the same field again and again"},
		{"deep", `{"text":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`, "a stack is finite"},
		{"too deep", strings.Repeat("[", 1<<20), "a stack is finite"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			_, err := p.Invoke(t.Context(), account(), request("echo", tt.input), nil)
			if plugin.KindOf(err) != plugin.InvalidInput || time.Since(start) > 10*time.Second*patience {
				t.Errorf("%.100v after %s, want invalid_input: %s", err, time.Since(start), tt.why)
			}
			if e := plugin.AsError(err); len(e.Message) > 1000 || len(e.Violations) > 100 {
				t.Errorf("the error has %d bytes and %d violations: %s", len(e.Message), len(e.Violations), tt.why)
			}
		})
	}
}

func TestValidateSettings(t *testing.T) {
	p := load(t, newHost(t, nil), Direct(plugintest.New(nil)))
	tests := []struct {
		name, settings string
		want           []plugin.Violation
		message        string
		why            string
	}{
		{"fit", `{"token":"12345678","region":"us"}`, nil, "", "secret settings are checked with the others"},
		{"do not fit", `{"region":"mars","tokn":"x"}`, v("/region", `region must be one of "eu", "us"`, "/token", "token is missing", "/tokn", `there is no field "tokn"; did you mean token?`),
			`the settings do not fit: region must be one of "eu", "us" (and 2 more)`, "every violation at once"},
		{"no JSON", `{`, nil, "the settings are no JSON: it ends too early", "a broken file"},
		{"nothing", ``, nil, "the settings are no JSON: it ends too early", "an empty file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := p.ValidateSettings(json.RawMessage(tt.settings))
			if tt.message == "" {
				if err != nil {
					t.Errorf("settings %s: %v: %s", tt.settings, err, tt.why)
				}
				return
			}
			var e *plugin.Error
			if !errors.As(err, &e) || e.Kind != plugin.InvalidConfig || e.Message != tt.message {
				t.Fatalf("settings %s give %v, want %q: %s", tt.settings, err, tt.message, tt.why)
			}
			if diff := cmp.Diff(tt.want, e.Violations); diff != "" {
				t.Errorf("violations of %s: %s (-want +got):\n%s", tt.settings, tt.why, diff)
			}
		})
	}
}

// TestSecretSettingNotShown gives a secret that does not fit: the message must
// not repeat it.
func TestSecretSettingNotShown(t *testing.T) {
	p := load(t, newHost(t, nil), Direct(plugintest.New(nil)))
	err := p.ValidateSettings(json.RawMessage(`{"token":"s3cret","other_token":["s3cret"]}`))
	if doc, _ := json.Marshal(err); err == nil || strings.Contains(string(doc), "s3cret") {
		t.Errorf("error = %s, want one that does not show the secret", doc)
	}
}

// FuzzInput validates anything without a panic, and never lets broken JSON
// through.
func FuzzInput(f *testing.F) {
	for _, tt := range inputs {
		f.Add(tt.input)
	}
	spec := plugin.ActionSpec{Name: "echo", Input: json.RawMessage(plugintest.EchoSchema)}
	p := newPlugin(New(nil), Source{})
	p.desc.Store(&plugin.Description{Name: "tester", Actions: []plugin.ActionSpec{spec}})
	f.Fuzz(func(t *testing.T, input string) {
		err := p.validateInput(&spec, json.RawMessage(input))
		if err == nil && !json.Valid([]byte(input)) {
			t.Errorf("%q passes", input)
		}
		if e := plugin.AsError(err); e != nil && (e.Kind != plugin.InvalidInput || e.Message == "" || e.Hint == "") {
			t.Errorf("%q gives %+v", input, e)
		}
	})
}
