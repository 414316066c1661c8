package restli_test

import (
	"context"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/linkstep/linkstep/connector/restli"
)

// texts prefers what breaks encoders: structural characters, percent signs, words with a meaning, bytes that are no UTF-8.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.SampledFrom([]rune("(),:'%List&=+ ?#/$~*!ö\x00a1"))),
		rapid.SampledFrom([]string{"", "''", "List", "List(", "List()", "null", "%2C", "%", "%zz", "a=b", "a=1&b=2", "urn:li:c:(1,2)", "\xff", "..", "."}),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 8), func(b []byte) string { return string(b) }),
	)
}

// values nests up to depth levels. It yields no nil and no duplicate names, which encoding allows and decoding never gives.
func values(depth int) *rapid.Generator[restli.Value] {
	text := rapid.Map(texts(), func(s string) restli.Value { return restli.String(s) })
	if depth == 0 {
		return text
	}
	list := rapid.Map(rapid.SliceOfN(values(depth-1), 0, 4), func(items []restli.Value) restli.Value {
		return append(restli.List{}, items...)
	})
	return rapid.OneOf(text, list, objects(depth))
}

func objects(depth int) *rapid.Generator[restli.Value] {
	return rapid.Custom(func(t *rapid.T) restli.Value {
		o := restli.Object{}
		for _, name := range rapid.SliceOfNDistinct(texts(), 0, 4, rapid.ID[string]).Draw(t, "names") {
			o = o.With(name, values(depth-1).Draw(t, "value"))
		}
		return o
	})
}

func TestPropertyDecodeAfterEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := values(3).Draw(t, "v")
		for _, form := range []struct {
			name   string
			encode func(restli.Value) string
			decode func(string) (restli.Value, error)
		}{{"full", restli.Encode, restli.Decode}, {"reduced", restli.EncodeReduced, restli.DecodeReduced}} {
			text := form.encode(v)
			got, err := form.decode(text)
			if err != nil || !reflect.DeepEqual(got, v) {
				t.Fatalf("%s: %#v is written as %q and read as %#v, %v", form.name, v, text, got, err)
			}
		}
	})
}

// The full encoding has nothing in it that a URL would not take as it is.
func TestPropertyEncodeIsSafeInURLs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := restli.Encode(values(2).Draw(t, "v"))
		if i := strings.IndexFunc(text, func(r rune) bool {
			return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%(),:'", r)
		}); i >= 0 {
			t.Fatalf("%q has %q at %d", text, text[i], i)
		}
		u, err := url.Parse("https://api.linkedin.com/v2/x/" + text + "?a=" + text)
		if err != nil || u.RawQuery != "a="+text || u.EscapedPath() != "/v2/x/"+text {
			t.Fatalf("%q does not survive net/url: %v", text, err)
		}
	})
}

// A key in any of the encodings that replies use has the id of the key that was sent.
func TestPropertyIDOfReplies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.OneOf(values(0), objects(1)).Draw(t, "key")
		// An unescaped equals sign makes a text look like a key of protocol 1.0, which no reduced encoding can prevent.
		if text := restli.EncodeReduced(key); !strings.Contains(text, "=") {
			got, err := restli.DecodeKey(text)
			if err != nil || restli.ID(got) != restli.ID(key) {
				t.Fatalf("reduced %q: id %q, want %q (%v)", text, restli.ID(got), restli.ID(key), err)
			}
		}
		got, err := restli.DecodeKey(restli.Encode(key))
		if err != nil || restli.ID(got) != restli.ID(key) {
			t.Fatalf("full %q: id %q, want %q (%v)", restli.Encode(key), restli.ID(got), restli.ID(key), err)
		}
	})
}

func queries() *rapid.Generator[restli.Query] {
	return rapid.Custom(func(t *rapid.T) restli.Query {
		var q restli.Query
		for range rapid.IntRange(0, 5).Draw(t, "params") {
			if rapid.Bool().Draw(t, "projection") {
				q.Add(rapid.SampledFrom([]string{"fields", "projection"}).Draw(t, "name"), restli.String(texts().Draw(t, "text")))
				continue
			}
			name := texts().Filter(func(s string) bool { return s != "" && s != "fields" && s != "projection" }).Draw(t, "name")
			q.Add(name, values(2).Draw(t, "value"))
		}
		return q
	})
}

func TestPropertyQuery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := queries().Draw(t, "q")
		raw := q.Encode()
		got, err := restli.ParseQuery(raw)
		if err != nil || !reflect.DeepEqual(got, q) {
			t.Fatalf("%#v is written as %q and read as %#v, %v", q, raw, got, err)
		}
		if u, err := url.Parse("https://x/?" + raw); err != nil || u.RawQuery != raw || u.Fragment != "" {
			t.Fatalf("%q does not survive net/url: %v", raw, err)
		}
	})
}

// projections yields what one notation can say: fields has no decorations and no lone star.
func projections(depth int, fields bool) *rapid.Generator[restli.Projection] {
	name := rapid.StringMatching(`[A-Za-z0-9_.$-]{1,6}`)
	return rapid.Custom(func(t *rapid.T) restli.Projection {
		var p restli.Projection
		for range rapid.IntRange(1, 3).Draw(t, "fields") {
			f := restli.Field{Name: name.Draw(t, "name"), Each: rapid.Bool().Draw(t, "each")}
			if !fields && !f.Each && rapid.IntRange(0, 9).Draw(t, "star") == 0 {
				f.Name = "*"
			}
			if depth > 0 && rapid.Bool().Draw(t, "children") {
				f.Fields = projections(depth-1, fields).Draw(t, "fields")
			}
			for !fields && depth > 0 && rapid.IntRange(0, 3).Draw(t, "decorated") == 0 {
				x := restli.Expansion{Type: rapid.SampledFrom([]string{"", "person", "asset"}).Draw(t, "type"),
					Named: rapid.SampledFrom([]string{"", "streams"}).Draw(t, "named")}
				if rapid.Bool().Draw(t, "fields of the decoration") {
					x.Fields = projections(depth-1, fields).Draw(t, "fields")
				}
				f.Expand = append(f.Expand, x)
			}
			p = append(p, f)
		}
		return p
	})
}

func TestPropertyProjection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := projections(3, false).Draw(t, "p")
		text, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := restli.ParseProjection(text); err != nil || !reflect.DeepEqual(got, p) {
			t.Fatalf("%#v is written as %q and read as %#v, %v", p, text, got, err)
		}
		if raw := (restli.Query{{Name: "projection", Value: restli.String(text)}}).Encode(); raw != "projection="+text {
			t.Fatalf("%q in a query is %q", text, raw)
		}
	})
}

func TestPropertyFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := projections(3, true).Draw(t, "p")
		text, err := p.Fields()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := restli.ParseFields(text); err != nil || !reflect.DeepEqual(got, p) {
			t.Fatalf("%#v is written as %q and read as %#v, %v", p, text, got, err)
		}
		if raw := (restli.Query{{Name: "fields", Value: restli.String(text)}}).Encode(); raw != "fields="+text {
			t.Fatalf("%q in a query is %q", text, raw)
		}
	})
}

// A URN that was read is written back, and a tuple is its parts.
func TestPropertyURN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := "urn:li:" + rapid.StringMatching(`[a-z]{1,4}:[a-z0-9(),:]{0,12}`).Draw(t, "text")
		u, err := restli.ParseURN(text)
		if err != nil {
			return
		}
		if u.String() != text {
			t.Fatalf("%q is written as %q", text, u)
		}
		if parts := u.Parts(); strings.HasPrefix(u.ID, "(") && "("+strings.Join(parts, ",")+")" != u.ID {
			t.Fatalf("%q has the parts %q", u.ID, parts)
		}
	})
}

// Whatever the length of a call, the server gets the same method, parameters and body.
func TestPropertyTunnel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(3900, 4200).Draw(rt, "length")
		call := &restli.Call{Method: restli.BatchGet, Path: "/v2/x", Keys: keysOfLength(n)}
		want := ""
		if rapid.Bool().Draw(rt, "body") {
			call.Method = restli.BatchUpdate
			want = fmt.Sprintf(`{"a":%d}`, rapid.Int().Draw(rt, "n"))
			call.Body = []byte(want)
		}
		req, err := restli.NewRequest(context.Background(), apiURL, call)
		if err != nil {
			rt.Fatal(err)
		}
		if len(req.URL.RawQuery) > restli.MaxQuery {
			rt.Fatalf("the URL has a query of %d characters", len(req.URL.RawQuery))
		}
		method, query, _, body := untunnel(t, req)
		if method != call.Method.HTTP() || query != "ids="+restli.Encode(restli.List(call.Keys)) || body != want {
			rt.Fatalf("%s, %d characters, body %q", method, len(query), body)
		}
	})
}

// listing is a server with size elements that hides some of them after fetching.
type listing struct {
	size         int
	hidden       map[int]bool
	links, total bool
}

func (l listing) page(start, count int) string {
	var elements []string
	for i := start; i < min(start+count, l.size); i++ {
		if !l.hidden[i] {
			elements = append(elements, fmt.Sprint(i))
		}
	}
	body := fmt.Sprintf(`{"elements":[%s],"paging":{"start":%d,"count":%d`, strings.Join(elements, ","), start, count)
	if l.total {
		body += fmt.Sprintf(`,"total":%d`, l.size)
	}
	if l.links && start+count < l.size {
		body += fmt.Sprintf(`,"links":[{"rel":"next","href":"/v2/x?start=%d&count=%d"}]`, start+count, count)
	}
	return body + "}}"
}

// Every visible element is seen once, in order, if the server tells enough: links, a total, or pages that are never short before
// the end. Only whole pages of hidden elements may end a listing early.
func TestPropertyPager(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := listing{size: rapid.IntRange(0, 60).Draw(t, "size"), hidden: map[int]bool{}, links: rapid.Bool().Draw(t, "links"), total: rapid.Bool().Draw(t, "total")}
		count := rapid.IntRange(1, 20).Draw(t, "count")
		if l.links || l.total {
			for i := range l.size {
				// The first element of each page stays, so that no page is empty.
				l.hidden[i] = i%count != 0 && rapid.IntRange(0, 3).Draw(t, "hidden") == 0
			}
		}
		var want, got []string
		for i := range l.size {
			if !l.hidden[i] {
				want = append(want, fmt.Sprint(i))
			}
		}
		pager := restli.NewPager(nil, &restli.PagerOptions{Count: int64(count)})
		for calls := 0; ; calls++ {
			if calls > l.size/count+1 {
				t.Fatalf("%d calls for %d elements", calls, l.size)
			}
			page, err := restli.DecodeCollection([]byte(l.page(int(pager.Start()), count)))
			if err != nil {
				t.Fatal(err)
			}
			for _, raw := range page.Elements {
				got = append(got, string(raw))
			}
			if stop := pager.Advance(page); stop.Cut() {
				t.Fatalf("cut: %q", stop)
			} else if stop != "" {
				break
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
