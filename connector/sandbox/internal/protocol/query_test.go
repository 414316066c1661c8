package protocol_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

func TestParseQuery(t *testing.T) {
	tests := []struct {
		name    string
		raw     string
		version protocol.Version
		want    map[string]protocol.Value
		why     string
	}{
		{"search", "q=People&keywords=R%26D%20%28K%C3%B6ln%29%2C%20%22C%2B%2B%22%3A%20100%25&count=25", protocol.V2,
			map[string]protocol.Value{"q": text("People"), "keywords": text(`R&D (Köln), "C++": 100%`), "count": text("25")},
			"keywords that break form encoders"},
		{"batch", "ids=List((id:A1),(id:B2))", protocol.V2,
			map[string]protocol.Value{"ids": list(object("id", "A1"), object("id", "B2"))}, "keys of people"},
		{"empty value", "foo=", protocol.V2, map[string]protocol.Value{"foo": text("")}, "foo= is an empty string"},
		{"no equals sign", "foo", protocol.V2, map[string]protocol.Value{"foo": text("")}, "the same"},
		{"no name", "=foo&a=b", protocol.V2, map[string]protocol.Value{"a": text("b")}, "a value without a name is ignored"},
		{"nothing", "", protocol.V2, map[string]protocol.Value{}, "no parameters"},
		{"projection", "projection=(id,profilePicture(displayImage~:playableStreams))", protocol.V2,
			map[string]protocol.Value{"projection": text("(id,profilePicture(displayImage~:playableStreams))")}, "a syntax of its own"},
		{"escaped projection", "projection=%28id%29", protocol.V2, map[string]protocol.Value{"projection": text("(id)")}, "is decoded once"},
		{"fields", "fields=id,firstName", protocol.V2, map[string]protocol.Value{"fields": text("id,firstName")}, "keeps the syntax of 1.0"},
		{"old form", "keywords=software+engineer&x=%28a%29", protocol.V1,
			map[string]protocol.Value{"keywords": text("software engineer"), "x": text("(a)")}, "1.0 is form encoding"},
		{"old list", "ids=1&ids=2", protocol.V1, map[string]protocol.Value{"ids": text("1")}, "1.0 repeats; Get gives the first"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := protocol.ParseQuery(tt.raw, tt.version)
			if err != nil {
				t.Fatalf("ParseQuery(%q): %v (%s)", tt.raw, err, tt.why)
			}
			got := map[string]protocol.Value{}
			for _, name := range q.Names() {
				got[name] = q.Get(name)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ParseQuery(%q), %s (-want +got):\n%s", tt.raw, tt.why, diff)
			}
		})
	}
}

func TestParseQueryRefuses(t *testing.T) {
	tests := []struct {
		name    string
		raw     string
		version protocol.Version
		param   string
	}{
		{"form encoding", "q=People&keywords=software+engineer", protocol.V2, "keywords"},
		{"unbalanced", "ids=List((id:A1)", protocol.V2, "ids"},
		{"given twice", "ids=1&ids=2", protocol.V2, "ids"},
		{"broken name", "a%=b", protocol.V2, "a%"},
		{"broken escape in 1.0", "a=%zz", protocol.V1, "a"},
		{"plus in a projection", "projection=(id,+firstName)", protocol.V2, "projection"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := protocol.ParseQuery(tt.raw, tt.version)
			syntax, ok := err.(*protocol.SyntaxError)
			if !ok || syntax.Param != tt.param {
				t.Errorf("ParseQuery(%q) = %#v; want a syntax error of parameter %q", tt.raw, err, tt.param)
			}
		})
	}
}

func TestQueryWithout(t *testing.T) {
	const raw = "q=People&start=5&keywords=a%2Cb&count=5"
	q, err := protocol.ParseQuery(raw, protocol.V2)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := q.Without("start", "count"), "q=People&keywords=a%2Cb"; got != want {
		t.Errorf("Without = %q, want %q", got, want)
	}
}

func TestParseKey(t *testing.T) {
	tests := []struct {
		raw     string
		version protocol.Version
		id      string // empty if refused
		why     string
	}{
		{"(id:AbC-1_)", protocol.V2, "AbC-1_", "the documented form"},
		{"(id:a%2Cb)", protocol.V2, "a,b", "reserved characters are escaped"},
		{"%28id%3AAbC%29", protocol.V2, "", "escaped parentheses are a string, not a key"},
		{"AbC", protocol.V2, "", "people has a compound key"},
		{"(id:AbC", protocol.V2, "", "unbalanced"},
		{"id=AbC", protocol.V2, "", "syntax of 1.0 with the header of 2.0"},
		{"id=AbC", protocol.V1, "AbC", "the form of 1.0"},
		{"(id:AbC)", protocol.V1, "", "syntax of 2.0 without its header"},
		{"AbC", protocol.V1, "", "people has a compound key"},
		{"id=%zz", protocol.V1, "", "broken escape"},
	}
	for _, tt := range tests {
		key, err := protocol.ParseKey(tt.raw, tt.version)
		id, _ := key.Field("id")
		if id != tt.id || (err != nil) != (tt.id == "") {
			t.Errorf("ParseKey(%q, %v) = %q, %v; want %q: %s", tt.raw, tt.version, id, err, tt.id, tt.why)
		}
	}
}

// FuzzParseQuery looks for input that panics, hangs or is taken although it is not balanced.
func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{
		"q=People&keywords=software%20engineer", "ids=List((id:A1),(id:B2))", "a=''&b=List('')&c=()",
		"a=List(List(List(", "a=(((((:", "%=%", "a=%f0%9f%8c%b1", "projection=(a~:b*(c),d*~e(f)~g(h))", "=x&&",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := protocol.ParseQuery(raw, protocol.V2)
		if err != nil {
			return
		}
		for _, name := range q.Names() {
			_, _ = protocol.ParseMask(q.Get(name).Text)
			if v := q.Get(name); depth(v) > 40 {
				t.Errorf("%q: nested %d deep", raw, depth(v))
			}
		}
		_, _ = protocol.ParseQuery(raw, protocol.V1)
	})
}

func depth(v protocol.Value) int {
	deepest := 0
	for _, item := range v.Items {
		deepest = max(deepest, depth(item))
	}
	for _, f := range v.Fields {
		deepest = max(deepest, depth(f.Value))
	}
	return deepest + 1
}
