package compat_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/compat"
)

// verdict is what Compare should say of a change.
type verdict int

const (
	same verdict = iota
	compatible
	breaking
)

func (v verdict) String() string { return [...]string{"no change", "compatible", "breaking"}[v] }

// judge returns the worst of the changes.
func judge(changes []compat.Change) verdict {
	switch {
	case compat.Breaks(changes):
		return breaking
	case len(changes) > 0:
		return compatible
	}
	return same
}

// TestSchemas holds each change of a property p against what it means to those
// who write the document (an input) and those who read it (an output).
func TestSchemas(t *testing.T) {
	const text = `{"p":{"type":"string"}}`
	tests := []struct {
		name, old, now string // properties, and required ones after a |
		input, output  verdict
		why            string
	}{
		{"nothing", text, text, same, same, "equal"},
		{"other words", text, `{"p":{"type":"string","title":"T","description":"D","examples":["a"],"x-ui-order":1}}`, same, same, "they are for people and forms"},
		{"a new member", text, `{"p":{"type":"string"},"q":{}}`, compatible, compatible, "callers need not know it"},
		{"a new member that is required", text, `{"p":{"type":"string"},"q":{}}|q`, breaking, compatible, "old callers do not give it"},
		{"a member that is gone", text, `{}`, breaking, breaking, "an input is closed, and readers miss it"},
		{"required now", text, text + "|p", breaking, compatible, "old callers may leave it out"},
		{"required no more", text + "|p", text, compatible, breaking, "readers count on it"},
		{"another type", text, `{"p":{"type":"integer"}}`, breaking, breaking, "both ways at once"},
		{"one more type", text, `{"p":{"type":["string","null"]}}`, compatible, breaking, "readers do not expect null"},
		{"one type less", `{"p":{"type":["string","null"]}}`, text, breaking, compatible, "callers may give null"},
		{"numbers for integers", `{"p":{"type":"integer"}}`, `{"p":{"type":"number"}}`, compatible, breaking, "an integer is a number"},
		{"integers for numbers", `{"p":{"type":"number"}}`, `{"p":{"type":"integer"}}`, breaking, compatible, "1.5 does not fit any more"},
		{"any type", text, `{"p":{}}`, compatible, breaking, "no type is all types"},
		{"one more choice", `{"p":{"enum":["a"]}}`, `{"p":{"enum":["b","a"]}}`, compatible, breaking, "readers do not know it"},
		{"one choice less", `{"p":{"enum":["a","b"]}}`, `{"p":{"enum":["a"]}}`, breaking, compatible, "callers may give it"},
		{"choices where all fitted", text, `{"p":{"type":"string","enum":["a"]}}`, breaking, compatible, "callers give others"},
		{"all fit where choices were", `{"p":{"const":"a"}}`, `{"p":{}}`, compatible, breaking, "const is a single choice"},
		{"a lower maximum", `{"p":{"maximum":10}}`, `{"p":{"maximum":9.5}}`, breaking, compatible, "10 fitted"},
		{"a higher maximum", `{"p":{"maximum":10}}`, `{"p":{"maximum":1e2}}`, compatible, compatible, "bounds of outputs describe"},
		{"a higher minimum", `{"p":{"minimum":1}}`, `{"p":{"minimum":2}}`, breaking, compatible, "1 fitted"},
		{"a length where there was none", text, `{"p":{"type":"string","maxLength":5}}`, breaking, compatible, "long ones fitted"},
		{"no length where there was one", `{"p":{"maxLength":5}}`, `{"p":{}}`, compatible, compatible, "wider"},
		{"a length of zero", `{"p":{}}`, `{"p":{"minLength":0}}`, same, same, "it says nothing"},
		{"the same number", `{"p":{"maximum":10}}`, `{"p":{"maximum":10.0}}`, same, same, "written in another way"},
		{"large numbers", `{"p":{"maximum":9007199254740993}}`, `{"p":{"maximum":9007199254740992}}`, breaking, compatible, "a float64 does not tell them apart"},
		{"a pattern", text, `{"p":{"type":"string","pattern":"^a"}}`, breaking, compatible, "others fitted"},
		{"another pattern", `{"p":{"pattern":"^a"}}`, `{"p":{"pattern":"^[ab]"}}`, breaking, compatible, "nobody can tell which is wider"},
		{"no pattern", `{"p":{"pattern":"^a"}}`, `{"p":{}}`, compatible, compatible, "wider"},
		{"from above a number to the number", `{"p":{"exclusiveMinimum":0}}`, `{"p":{"minimum":0}}`, compatible, compatible, "wider by the number itself"},
		{"from a number to above it", `{"p":{"minimum":0}}`, `{"p":{"exclusiveMinimum":0}}`, breaking, compatible, "0 fitted"},
		{"from above a number to one below it", `{"p":{"exclusiveMaximum":10}}`, `{"p":{"maximum":9.5}}`, breaking, compatible, "9.7 fitted"},
		{"above 0 and from 1 on", `{"p":{"type":"integer","exclusiveMinimum":0}}`, `{"p":{"type":"integer","minimum":1}}`, same, same, "the same integers"},
		{"a bound that the other one covers", `{"p":{"exclusiveMinimum":5}}`, `{"p":{"exclusiveMinimum":5,"minimum":3}}`, same, same, "it adds nothing"},
		{"more multiples", `{"p":{"multipleOf":10}}`, `{"p":{"multipleOf":5}}`, compatible, compatible, "a multiple of 10 is one of 5"},
		{"fewer multiples", `{"p":{"multipleOf":5}}`, `{"p":{"multipleOf":10}}`, breaking, compatible, "5 fitted"},
		{"other multiples", `{"p":{"multipleOf":0.3}}`, `{"p":{"multipleOf":0.2}}`, breaking, compatible, "0.3 fitted"},
		{"one more branch", `{"p":{"anyOf":[{"type":"string"}]}}`, `{"p":{"anyOf":[{"type":"null"},{"type":"string"}]}}`, compatible, breaking, "readers do not expect null"},
		{"one branch less", `{"p":{"anyOf":[{"type":"null"},{"type":"string"}]}}`, `{"p":{"anyOf":[{"type":"string"}]}}`, breaking, compatible, "callers may give null"},
		{"branches where there were none", `{"p":{}}`, `{"p":{"anyOf":[{"type":"string"}]}}`, breaking, breaking, "better careful"},
		{"another format", `{"p":{"format":"date"}}`, `{"p":{"format":"date-time"}}`, breaking, breaking, "readers parse it"},
		{"a format", `{"p":{}}`, `{"p":{"format":"date"}}`, breaking, compatible, "others fitted; readers took any text"},
		{"no format", `{"p":{"format":"date"}}`, `{"p":{}}`, compatible, breaking, "readers parse it, and may get any text"},
		{"unique items", `{"p":{"uniqueItems":false}}`, `{"p":{"uniqueItems":true}}`, breaking, compatible, "repeated ones fitted"},
		{"items of a list", `{"p":{"items":{"type":"string"}}}`, `{"p":{"items":{"type":"integer"}}}`, breaking, breaking, "at any depth"},
		{"members of a member", `{"p":{"properties":{"q":{"type":"string"}}}}`, `{"p":{"properties":{}}}`, breaking, breaking, "at any depth"},
		{"a closed member", `{"p":{"type":"object"}}`, `{"p":{"type":"object","additionalProperties":false}}`, breaking, compatible, "other properties fitted"},
		{"an open member", `{"p":{"additionalProperties":false}}`, `{"p":{"additionalProperties":true}}`, compatible, compatible, "outputs may always tell more"},
		{"a new member with a type", `{}`, text, breaking, compatible, "an object without a word on others took any"},
		{"a new member of a closed one", `{"p":{"additionalProperties":false}}`, `{"p":{"additionalProperties":false,"properties":{"q":{"type":"string"}}}}`, compatible, compatible, "nobody could give it"},
		{"a new member of an open one", `{"p":{"additionalProperties":true}}`, `{"p":{"additionalProperties":true,"properties":{"q":{"items":{"maxLength":5}}}}}`, breaking, compatible, "callers may give it with longer ones"},
		{"a new member like the others", `{"p":{"additionalProperties":{"type":"string"}}}`, `{"p":{"additionalProperties":{"type":"string"},"properties":{"q":{"type":"string"}}}}`, compatible, compatible, "what fitted still fits"},
		{"a new member unlike the others", `{"p":{"additionalProperties":{"type":"string"}}}`, `{"p":{"additionalProperties":{"type":"string"},"properties":{"q":{"type":"integer"}}}}`, breaking, breaking, "readers expect strings"},
		{"a new member that is forbidden", `{"p":{}}`, `{"p":{"properties":{"q":false}}}`, breaking, compatible, "callers may give it"},
		{"a new member that was required", `{}|q`, `{"q":{}}|q`, compatible, compatible, "only its description is new"},
		{"a new member that was required and is not", `{}|q`, `{"q":{}}`, compatible, breaking, "readers count on it"},
		{"required without a description", `{}`, `{}|q`, breaking, compatible, "old callers may leave it out"},
		{"required no more, without a description", `{}|q`, `{}`, compatible, breaking, "readers count on it"},
		{"required deeper down", `{"p":{"items":{}}}`, `{"p":{"items":{"required":["q"]}}}`, breaking, compatible, "at any depth"},
		{"required no more, deeper down", `{"p":{"items":{"required":["q"]}}}`, `{"p":{"items":{}}}`, compatible, breaking, "at any depth"},
		{"another default", `{"p":{"default":1}}`, `{"p":{"default":2}}`, compatible, same, "worth a look, and breaks nothing"},
		{"a keyword that is not compared", `{"p":{"anyOf":[{"type":"string"}]}}`, `{"p":{"anyOf":[{"type":"null"}]}}`, breaking, breaking, "better careful"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			old, now := object(tt.old), object(tt.now)
			for _, doc := range []struct {
				name string
				spec func(s json.RawMessage) plugin.ActionSpec
				want verdict
			}{
				{"input", func(s json.RawMessage) plugin.ActionSpec { return plugin.ActionSpec{Name: "a", Input: s} }, tt.input},
				{"output", func(s json.RawMessage) plugin.ActionSpec { return plugin.ActionSpec{Name: "a", Output: s} }, tt.output},
			} {
				changes := compat.Compare(
					&plugin.Description{Actions: []plugin.ActionSpec{doc.spec(old)}},
					&plugin.Description{Actions: []plugin.ActionSpec{doc.spec(now)}})
				if got := judge(changes); got != doc.want {
					t.Errorf("%s from %s to %s is %s, want %s: %s\n%v", doc.name, tt.old, tt.now, got, doc.want, tt.why, changes)
				}
			}
		})
	}
}

func TestPromises(t *testing.T) {
	base := func() *plugin.Description {
		return &plugin.Description{Name: "hello", Capabilities: []string{"usage"}, Auth: oauth(), ConfigSchema: object(`{"q":{}}`), Actions: []plugin.ActionSpec{{
			Name: "greet", Effect: plugin.EffectRead, Idempotent: true, Access: plugin.AccessOpen,
			Scopes: [][]string{{"a"}, {"b", "c"}}, ErrorKinds: []plugin.Kind{plugin.NotFound},
			Cost: 2, Data: plugin.Data{Subject: plugin.SubjectSelf, MaxAgeSeconds: 60, MayStore: true},
			Input: object(`{"page_size":{"maximum":25}}`), Paging: &plugin.Paging{Field: "people", MaxPageSize: 25},
		}}}
	}
	tests := []struct {
		name   string
		change func(d *plugin.Description, a *plugin.ActionSpec)
		want   verdict
		why    string
	}{
		{"nothing", func(*plugin.Description, *plugin.ActionSpec) {}, same, "equal"},
		{"no action", func(d *plugin.Description, _ *plugin.ActionSpec) { d.Actions = nil }, breaking, "steps use it"},
		{"another action", func(d *plugin.Description, _ *plugin.ActionSpec) {
			d.Actions = append(d.Actions, plugin.ActionSpec{Name: "wave"})
		}, compatible, "nobody uses it yet"},
		{"another name", func(d *plugin.Description, _ *plugin.ActionSpec) { d.Name = "hallo" }, breaking, "steps name it"},
		{"no capability", func(d *plugin.Description, _ *plugin.ActionSpec) { d.Capabilities = nil }, breaking, "hosts use it"},
		{"another effect", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Effect = plugin.EffectUpdate }, breaking, "a host repeats reads"},
		{"not idempotent", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Idempotent = false }, breaking, "engines repeat it"},
		{"keyed", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Keyed = true }, compatible, "one more promise"},
		{"for partners", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Access = plugin.AccessPartner }, breaking, "others lose it"},
		{"one more scope", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Scopes = [][]string{{"a", "d"}, {"b", "c"}} }, breaking, "a grant of a was enough"},
		{"one scope less", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Scopes = [][]string{{"a"}, {"b"}} }, same, "every grant is still enough"},
		{"one more error kind", func(_ *plugin.Description, a *plugin.ActionSpec) {
			a.ErrorKinds = append(a.ErrorKinds, plugin.Forbidden)
		}, compatible, "the set of kinds is closed"},
		{"a new setting that is required", func(d *plugin.Description, _ *plugin.ActionSpec) { d.ConfigSchema = object(`{"q":{},"p":{}}|p`) }, breaking, "connections lack it"},
		{"no login", func(d *plugin.Description, _ *plugin.ActionSpec) { d.Auth = nil }, breaking, "steps that name a connection are refused"},
		{"another kind of login", func(d *plugin.Description, _ *plugin.ActionSpec) { d.Auth.Type = "basic" }, breaking, "connections have no password"},
		{"another login page", func(d *plugin.Description, _ *plugin.ActionSpec) { d.Auth.TokenURL = "https://b.test" }, compatible, "worth a look"},
		{"no pages", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Paging = nil }, breaking, "callers read them as they come"},
		{"pages of another field", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Paging.Field = "members" }, breaking, "callers look there"},
		{"smaller pages", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Paging.MaxPageSize = 5 }, breaking, "callers may ask for 25"},
		{"larger pages", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Paging.MaxPageSize = 50 }, compatible, "nobody asked for them"},
		{"a higher cost", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Cost = 10 }, compatible, "quotas last less long"},
		{"not to be stored", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Data.MayStore = false }, breaking, "callers store it"},
		{"kept for less time", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Data.MaxAgeSeconds = 59 }, breaking, "callers keep it longer"},
		{"kept for ever", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Data.MaxAgeSeconds = 0 }, compatible, "0 is no limit"},
		{"data of others", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Data.Subject = plugin.SubjectOthers }, breaking, "others did not consent"},
		{"data of nobody", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Data.Subject = plugin.SubjectNone }, compatible, "less to care for"},
		{"data of another source", func(_ *plugin.Description, a *plugin.ActionSpec) { a.Data.Source = "B" }, compatible, "worth a look"},
		{"a setting that is secret now", func(d *plugin.Description, _ *plugin.ActionSpec) { d.ConfigSchema = object(`{"q":{"writeOnly":true}}`) }, breaking, "connections hold it openly"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			old, now := base(), base()
			tt.change(now, &now.Actions[0])
			changes := compat.Compare(old, now)
			if got := judge(changes); got != tt.want {
				t.Errorf("%s, want %s: %s\n%v", got, tt.want, tt.why, changes)
			}
		})
	}
}

// TestTheOtherWay compares what only the way back shows.
func TestTheOtherWay(t *testing.T) {
	const small, large = `{"page_size":{"maximum":5}}`, `{"page_size":{"maximum":25}}`
	version := func(auth *plugin.Auth, most int, input string, data plugin.Data) *plugin.Description {
		return &plugin.Description{Name: "hello", Auth: auth, Actions: []plugin.ActionSpec{{
			Name: "greet", Effect: plugin.EffectRead, Input: object(input), Paging: &plugin.Paging{Field: "people", MaxPageSize: most}, Data: data,
		}}}
	}
	tests := []struct {
		name     string
		old, now *plugin.Description
		want     verdict
		why      string
	}{
		{"a login", version(nil, 5, small, plugin.Data{}), version(oauth(), 5, small, plugin.Data{}), breaking, "steps name no connection"},
		{"no login in either", version(nil, 5, small, plugin.Data{}), version(nil, 5, small, plugin.Data{}), same, "equal"},
		{"smaller pages that nobody could exceed", version(nil, 25, small, plugin.Data{}), version(nil, 5, small, plugin.Data{}), compatible, "page_size went to 5 before"},
		{"smaller pages with page_size as it was", version(nil, 25, large, plugin.Data{}), version(nil, 10, large, plugin.Data{}), breaking, "11 fitted"},
		{"smaller pages without page_size", version(nil, 25, `{}`, plugin.Data{}), version(nil, 10, `{}`, plugin.Data{}), breaking, "the input is open"},
		{"pages", unpaged(version(nil, 5, small, plugin.Data{})), version(nil, 5, small, plugin.Data{}), compatible, "the host puts them together"},
		{"pages that an old manifest did not tell", unpaged(version(nil, 5, `{"cursor":{}}`, plugin.Data{})), version(nil, 5, `{"cursor":{}}`, plugin.Data{}), same, "its input told"},
		{"a limit to keeping", version(nil, 5, small, plugin.Data{}), version(nil, 5, small, plugin.Data{MaxAgeSeconds: 60}), breaking, "there was none"},
		{"may be stored", version(nil, 5, small, plugin.Data{}), version(nil, 5, small, plugin.Data{MayStore: true}), compatible, "nobody must"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changes := compat.Compare(tt.old, tt.now)
			if got := judge(changes); got != tt.want {
				t.Errorf("%s, want %s: %s\n%v", got, tt.want, tt.why, changes)
			}
		})
	}
}

// unpaged takes the paging of an action away.
func unpaged(d *plugin.Description) *plugin.Description {
	d.Actions[0].Paging = nil
	return d
}

// oauth is how connections of hello are authorized.
func oauth() *plugin.Auth {
	return &plugin.Auth{Type: "oauth2", AuthorizationURL: "https://a.test/authorize", TokenURL: "https://a.test/token"}
}

func TestChangesSayWhere(t *testing.T) {
	old := &plugin.Description{Actions: []plugin.ActionSpec{{Name: "a", Input: object(`{"x/y":{"items":{"enum":["a","b"]}}}`)}}}
	now := &plugin.Description{Actions: []plugin.ActionSpec{{Name: "a", Input: object(`{"x/y":{"items":{"enum":["a"]}}}`)}}}
	want := []compat.Change{{
		Breaking: true, Action: "a", Document: compat.Input, Pointer: "/properties/x~1y/items", Message: `these values are gone: ["b"]`,
	}}
	got := compat.Compare(old, now)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if line, want := got[0].String(), `breaking    a input /properties/x~1y/items: these values are gone: ["b"]`; line != want {
		t.Errorf("as a line: %s, want %s", line, want)
	}
}

// object is the schema of an object with the properties before the | and the
// required member after it.
func object(properties string) json.RawMessage {
	for i := range properties {
		if properties[i] == '|' {
			return json.RawMessage(`{"type":"object","properties":` + properties[:i] + `,"required":["` + properties[i+1:] + `"]}`)
		}
	}
	return json.RawMessage(`{"type":"object","properties":` + properties + `}`)
}
