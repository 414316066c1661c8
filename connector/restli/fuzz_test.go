package restli_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/connector/restli"
)

// balanced is a second opinion on parentheses.
func balanced(text string) bool {
	open := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			open++
		case ')':
			if open--; open < 0 {
				return false
			}
		}
	}
	return open == 0
}

func FuzzDecode(f *testing.F) {
	for _, tt := range append(referenceVectors, ownVectors...) {
		f.Add(tt.full)
		f.Add(tt.reduced)
	}
	for _, seed := range []string{"(", "List(", "List(a", "(a:b", "(a:b))", "List(,)", "(a:)", "'", "'''", "%", "%2", "(a:1,%61:2)", strings.Repeat("List(", 70)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, form := range []struct {
			decode func(string) (restli.Value, error)
			encode func(restli.Value) string
		}{{restli.Decode, restli.Encode}, {restli.DecodeReduced, restli.EncodeReduced}} {
			v, err := form.decode(text)
			if err != nil {
				continue
			}
			if !balanced(text) {
				t.Fatalf("%q is unbalanced and read as %#v", text, v)
			}
			again, err := form.decode(form.encode(v))
			if err != nil || !reflect.DeepEqual(again, v) {
				t.Fatalf("%q is read as %#v, written as %q and read as %#v, %v", text, v, form.encode(v), again, err)
			}
		}
	})
}

func FuzzDecodeKey(f *testing.F) {
	for _, seed := range []string{"(id:A1)", "id=A1", "a=1&b=2", "a=(1", "urn:li:share:7", "urn%3Ali%3Ashare%3A7", "urn:li:comment:(urn:li:activity:1,2)",
		"(member:urn:li:person:123,account:urn:li:account:234)", "(a:b)(c:d)", "(a:x:y),(b:2)", "(a:1,$params:(b:2))", "100%", "YWI=", "List(a,b)", "(", ")"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, err := restli.DecodeKey(text)
		if err != nil {
			return
		}
		if !balanced(text) {
			t.Fatalf("%q is unbalanced and read as %#v", text, key)
		}
		again, err := restli.Decode(restli.Encode(key))
		if err != nil || restli.ID(again) != restli.ID(key) {
			t.Fatalf("%q has the id %q, sent and read again %q, %v", text, restli.ID(key), restli.ID(again), err)
		}
	})
}

func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{"", "q=People&keywords=software%20engineer&count=25", "ids=List((id:A1),(id:B2))", "=foo", "foo=", "foo", "&&", "a=b=c",
		"fields=id,baz:($*:(beep))", "projection=(id,profilePicture(displayImage~:playableStreams))", "a=(", "%=a", "p[0]=x", "fields=%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := restli.ParseQuery(raw)
		if err != nil {
			return
		}
		again, err := restli.ParseQuery(q.Encode())
		if err != nil || !reflect.DeepEqual(again, q) {
			t.Fatalf("%q is read as %#v, written as %q and read as %#v, %v", raw, q, q.Encode(), again, err)
		}
	})
}

func FuzzParseProjection(f *testing.F) {
	for _, seed := range []string{"(id,firstName,profilePicture(displayImage~:playableStreams))", "(elements*(handle~))", "(results*(id))", "(entities*~foo(a)~bar(b))",
		"(*,a~)", "id,baz:($*:(beep))", "a:(b:(c))", "()", "(a", "(a))", "(a~:)", "(a:b)", "a:($*)", "a:($*:($*:(b)))", "$*", strings.Repeat("(a", 70), strings.Repeat("a:(", 70)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, notation := range []struct {
			parse func(string) (restli.Projection, error)
			write func(restli.Projection) (string, error)
		}{{restli.ParseProjection, restli.Projection.Encode}, {restli.ParseFields, restli.Projection.Fields}} {
			p, err := notation.parse(text)
			if err != nil {
				continue
			}
			if !balanced(text) {
				t.Fatalf("%q is unbalanced and read as %#v", text, p)
			}
			if again, err := notation.write(p); err != nil || again != text {
				t.Fatalf("%q is written back as %q, %v", text, again, err)
			}
		}
	})
}

func FuzzParseErrorResponse(f *testing.F) {
	for _, seed := range []string{"", "{}", "[]", "null", "<html>", "text", `{"status":403,"serviceErrorCode":100,"code":"ACCESS_DENIED","message":"m"}`,
		`{"errorCode":0,"message":"m","requestId":"r","status":401,"timestamp":1}`, `{"status":400,"errorDetails":{"inputErrors":[{"input":{"inputPath":{"fieldPath":"/a"}}}]}}`,
		`{"status":400,"code":"X","mess`, `{"status":"403"}`, `{"status":1e999,"message":"m"}`, `{"a":{"b":[`, "\ufeff{}", `{"status":400}{"status":500}`} {
		f.Add(403, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		got := restli.ParseErrorResponse(status, http.Header{}, body)
		if status != 0 && got.Status != status || got.Shape == "" {
			t.Fatalf("%q: %+v", body, got)
		}
		if text := got.Error(); len(text) > 4000 && len(got.Code) < 1000 {
			t.Fatalf("%q has an error text of %d bytes", body, len(text))
		}
	})
}

func FuzzDecodeReplies(f *testing.F) {
	for _, seed := range []string{`{"elements":[{"a":1}],"paging":{"start":0,"count":10,"total":37,"links":[{"rel":"next","href":"/v2/res?q=x&start=10&count=10"}]}}`,
		`{"elements":[{"elements":[],"isError":true}]}`, `{"elements":[{"status":201,"id":"1"}]}`, `{"results":{"(id:A)":{}},"statuses":{"(id:A)":200},"errors":{"(id:B)":{"status":404}}}`,
		`{"value":{"a":1}}`, `{"a":"urn:li:x:1","a!":{"status":429}}`, `{"elements":[1],"paging":{"links":[{"rel":"next","href":"?start=-1&a=b&c"}]}}`, `{"results":{"a=1":{}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if c, err := restli.DecodeCollection(body); err == nil {
			pager := restli.NewPager(restli.Query{{Name: "a", Value: restli.String("b")}}, nil)
			if stop := pager.Advance(c); stop == "" && len(c.Elements) > 0 && pager.Advance(c) != restli.StopRepeated {
				t.Fatalf("%q: the same page twice is not noticed", body)
			}
			if _, err := restli.ParseQuery(pager.Query().Encode()); err != nil || pager.Start() < 0 {
				t.Fatalf("%q: next query %q, %v", body, pager.Query().Encode(), err)
			}
		}
		if b, err := restli.DecodeBatch[any](body); err == nil {
			for id := range b.Errors {
				if _, err := b.Get(id); err == nil && b.Results[id] == nil {
					if _, both := b.Results[id]; !both {
						t.Fatalf("%q: %q failed without an error", body, id)
					}
				}
			}
		}
		restli.DecodeBatchFinder(body) // none of these may panic
		restli.DecodeBatchCreate(body)
		restli.DecodeAction[any](body)
		restli.FailedDecorations(body)
		restli.CreatedID(http.Header{}, body)
		restli.CreatedID(http.Header{"Location": {string(body)}}, nil)
	})
}
