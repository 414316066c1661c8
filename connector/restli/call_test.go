package restli_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

const apiURL = "https://api.linkedin.com"

func str(s string) restli.Value { return restli.String(s) }

func bodyOf(t *testing.T, req *http.Request) string {
	t.Helper()
	if req.Body == nil {
		return ""
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestNewRequest(t *testing.T) {
	person := restli.Key("id", str("AbC-1"))
	tests := []struct {
		name string
		base string // "" is LinkedIn's
		call restli.Call
		want string // method and URL after the host
		body string
		why  string
	}{
		{"own profile", "", restli.Call{Method: restli.Get, Path: "/v2/me"}, "GET /v2/me", "", "a singleton has no key"},
		{"userinfo", "", restli.Call{Method: restli.Get, Path: "/v2/userinfo"}, "GET /v2/userinfo", "", "11.3"},
		{"own profile with picture", "", restli.Call{Method: restli.Get, Path: "/v2/me", Query: params("projection", "(id,profilePicture(displayImage~:playableStreams))")},
			"GET /v2/me?projection=(id,profilePicture(displayImage~:playableStreams))", "", "4.2"},
		{"person", "", restli.Call{Method: restli.Get, Path: "/v2/people", Key: person}, "GET /v2/people/(id:AbC-1)", "", "2.4: literal parentheses and colon"},
		{"people", "", restli.Call{Method: restli.BatchGet, Path: "/v2/people", Keys: []restli.Value{person, restli.Key("id", str("B2"))}},
			"GET /v2/people?ids=List((id:AbC-1),(id:B2))", "", "4.4"},
		{"people with fields", "", restli.Call{Method: restli.BatchGet, Path: "/v2/people", Keys: []restli.Value{person}, Query: params("fields", "id,firstName")},
			"GET /v2/people?ids=List((id:AbC-1))&fields=id,firstName", "", "ids come first"},
		{"organizations", "", restli.Call{Method: restli.BatchGet, Path: "/rest/organizationsLookup", Keys: []restli.Value{restli.Int(1035), restli.Int(3803)}, Version: "202609"},
			"GET /rest/organizationsLookup?ids=List(1035,3803)", "", "2.4: numeric keys"},
		{"search", "", restli.Call{Method: restli.Finder, Path: "/v2/search/people", Name: "People", Query: params("keywords", "software engineer", "count", restli.Int(25))},
			"GET /v2/search/people?q=People&keywords=software%20engineer&count=25", "", "5.1"},
		{"post", "", restli.Call{Method: restli.Get, Path: "/rest/posts", Key: str("urn:li:share:123"), Version: "202609"},
			"GET /rest/posts/urn%3Ali%3Ashare%3A123", "", "2.4, 11.10: a URN is one value"},
		{"comment", "", restli.Call{Method: restli.Get, Path: "/rest/socialActions", Key: str("urn:li:comment:(urn:li:activity:1,2)"), Version: "202609"},
			"GET /rest/socialActions/urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A1%2C2%29", "", "2.4: everything is encoded"},
		{"account role", "", restli.Call{Method: restli.Get, Path: "/v2/accountRoles", Key: object("member", "urn:li:person:123", "account", "urn:li:account:234")},
			"GET /v2/accountRoles/(member:urn%3Ali%3Aperson%3A123,account:urn%3Ali%3Aaccount%3A234)", "", "2.3"},
		{"reactions", "", restli.Call{Method: restli.Finder, Path: "/rest/reactions", Key: restli.Key("entity", str("urn:li:activity:1")), Name: "entity",
			Query: params("sort", object("value", "REVERSE_CHRONOLOGICAL")), Version: "202609"},
			"GET /rest/reactions/(entity:urn%3Ali%3Aactivity%3A1)?q=entity&sort=(value:REVERSE_CHRONOLOGICAL)", "", "6.5: a finder below a partial key"},
		{"sub-resource", "", restli.Call{Method: restli.GetAll, Path: "/rest/socialActions/" + restli.Encode(str("urn:li:share:1")) + "/comments", Version: "202609"},
			"GET /rest/socialActions/urn%3Ali%3Ashare%3A1/comments", "", "6.5"},
		{"all", "", restli.Call{Method: restli.GetAll, Path: "/v2/connections", Query: params("start", restli.Int(0))}, "GET /v2/connections?start=0", "", "GET_ALL"},
		{"batch finder", "", restli.Call{Method: restli.BatchFinder, Path: "/v2/x", Name: "byName", Query: params("criteria", restli.List{object("n", "a")})},
			"GET /v2/x?bq=byName&criteria=List((n:a))", "", "BATCH_FINDER"},
		{"create", "", restli.Call{Method: restli.Create, Path: "/rest/posts", Version: "202609", Body: map[string]string{"author": "urn:li:person:ID"}},
			"POST /rest/posts", `{"author":"urn:li:person:ID"}`, "CREATE"},
		{"create with a parameter", "", restli.Call{Method: restli.Create, Path: "/rest/reactions", Version: "202609", Query: params("actor", "urn:li:person:ID"), Body: []byte(`{"reactionType":"LIKE"}`)},
			"POST /rest/reactions?actor=urn%3Ali%3Aperson%3AID", `{"reactionType":"LIKE"}`, "6.5"},
		{"batch create", "", restli.Call{Method: restli.BatchCreate, Path: "/v2/x", Body: map[string]any{"elements": []int{1}}}, "POST /v2/x", `{"elements":[1]}`, "BATCH_CREATE"},
		{"update", "", restli.Call{Method: restli.Update, Path: "/v2/x", Key: restli.Int(1), Body: json.RawMessage(`{ "a": "<" }`)}, "PUT /v2/x/1", `{ "a": "<" }`, "raw JSON goes as it is"},
		{"batch update", "", restli.Call{Method: restli.BatchUpdate, Path: "/v2/x", Keys: []restli.Value{restli.Int(1)}, Body: restli.Entities{{Key: restli.Int(1), Body: map[string]int{"a": 1}}}},
			"PUT /v2/x?ids=List(1)", `{"entities":{"1":{"a":1}}}`, "BATCH_UPDATE"},
		{"partial update", "", restli.Call{Method: restli.PartialUpdate, Path: "/rest/posts", Key: str("urn:li:share:1"), Version: "202609", Body: &restli.Patch{Set: map[string]any{"commentary": "x"}}},
			"POST /rest/posts/urn%3Ali%3Ashare%3A1", `{"patch":{"$set":{"commentary":"x"}}}`, "6.1"},
		{"batch partial update", "", restli.Call{Method: restli.BatchPartialUpdate, Path: "/v2/x", Keys: []restli.Value{restli.Int(1)}, Body: restli.Entities{{Key: restli.Int(1), Body: &restli.Patch{Delete: []string{"a"}}}}},
			"POST /v2/x?ids=List(1)", `{"entities":{"1":{"patch":{"$delete":["a"]}}}}`, "BATCH_PARTIAL_UPDATE"},
		{"delete", "", restli.Call{Method: restli.Delete, Path: "/rest/posts", Key: str("urn:li:share:1"), Version: "202609"}, "DELETE /rest/posts/urn%3Ali%3Ashare%3A1", "", "6.1"},
		{"delete a reaction", "", restli.Call{Method: restli.Delete, Path: "/rest/reactions", Key: object("actor", "urn:li:person:1", "entity", "urn:li:activity:2"), Version: "202609"},
			"DELETE /rest/reactions/(actor:urn%3Ali%3Aperson%3A1,entity:urn%3Ali%3Aactivity%3A2)", "", "6.5"},
		{"batch delete", "", restli.Call{Method: restli.BatchDelete, Path: "/v2/x", Keys: []restli.Value{restli.Int(1), restli.Int(2)}}, "DELETE /v2/x?ids=List(1,2)", "", "BATCH_DELETE"},
		{"action", "", restli.Call{Method: restli.Action, Path: "/rest/images", Name: "initializeUpload", Version: "202609", Body: map[string]int{"a": 1}}, "POST /rest/images?action=initializeUpload", `{"a":1}`, "6.3"},
		{"action on an entity without body", "", restli.Call{Method: restli.Action, Path: "/v2/x", Key: restli.Int(1), Name: "close"}, "POST /v2/x/1?action=close", "", "ACTION with a key"},
		{"empty key", "", restli.Call{Method: restli.Get, Path: "/v2/x", Key: str("")}, "GET /v2/x/''", "", "not the same as no key"},
		{"key with a slash", "", restli.Call{Method: restli.Get, Path: "/v2/x", Key: str("../me")}, "GET /v2/x/..%2Fme", "", "cannot climb"},
		{"base with a path", "https://proxy.example/linkedin/api", restli.Call{Method: restli.Get, Path: "/v2/me"}, "GET /linkedin/api/v2/me", "", "behind a proxy"},
		{"base with a slash", "https://proxy.example/", restli.Call{Method: restli.Get, Path: "/v2/me"}, "GET /v2/me", "", "one slash only"},
		{"loopback", "http://127.0.0.1:8080", restli.Call{Method: restli.Get, Path: "/v2/people", Key: person}, "GET /v2/people/(id:AbC-1)", "", "the sandbox"},
		{"keywords of the issue", "", restli.Call{Method: restli.Finder, Path: "/v2/s", Name: "People", Query: params("keywords", `R&D (Köln), "C++": 100%`)},
			"GET /v2/s?q=People&keywords=R%26D%20%28K%C3%B6ln%29%2C%20%22C%2B%2B%22%3A%20100%25", "", "11.10, byte for byte"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base := tt.base
			if base == "" {
				base = apiURL
			}
			req, err := restli.NewRequest(context.Background(), base, &tt.call)
			if err != nil {
				t.Fatalf("NewRequest: %v: %s", err, tt.why)
			}
			if got := req.Method + " " + req.URL.RequestURI(); got != tt.want {
				t.Errorf("request = %q\nwant %q: %s", got, tt.want, tt.why)
			}
			if got := bodyOf(t, req); got != tt.body {
				t.Errorf("body = %q, want %q: %s", got, tt.body, tt.why)
			}
			want := http.Header{"X-Restli-Protocol-Version": {"2.0.0"}, "X-Restli-Method": {string(tt.call.Method)}}
			if tt.body != "" {
				want.Set("Content-Type", "application/json")
			}
			if tt.call.Version != "" {
				want.Set("LinkedIn-Version", tt.call.Version)
			}
			if diff := cmp.Diff(want, req.Header); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewRequestRefuses(t *testing.T) {
	get := func(change func(*restli.Call)) restli.Call {
		c := restli.Call{Method: restli.Get, Path: "/v2/me"}
		change(&c)
		return c
	}
	tests := []struct {
		name  string
		base  string
		call  restli.Call
		field string
		why   string
	}{
		{"no method", apiURL, get(func(c *restli.Call) { c.Method = "" }), "Method", "required"},
		{"unknown method", apiURL, get(func(c *restli.Call) { c.Method = "GET" }), "Method", "names are those of the header, in lower case"},
		{"no base", "", get(func(*restli.Call) {}), "BaseURL", "required"},
		{"relative base", "/v2", get(func(*restli.Call) {}), "BaseURL", "no host"},
		{"base without scheme", "api.linkedin.com", get(func(*restli.Call) {}), "BaseURL", "no scheme"},
		{"other scheme", "ftp://api.linkedin.com", get(func(*restli.Call) {}), "BaseURL", "no HTTP"},
		{"base with query", apiURL + "?a=b", get(func(*restli.Call) {}), "BaseURL", "would be glued to the path"},
		{"base with fragment", apiURL + "#a", get(func(*restli.Call) {}), "BaseURL", "would swallow the path"},
		{"base with user", "https://user:pass@api.linkedin.com", get(func(*restli.Call) {}), "BaseURL", "would be sent as basic authentication"},
		{"broken base", "https://[::1", get(func(*restli.Call) {}), "BaseURL", "no URL"},
		{"no path", apiURL, get(func(c *restli.Call) { c.Path = "" }), "Path", "required"},
		{"root", apiURL, get(func(c *restli.Call) { c.Path = "/" }), "Path", "no resource"},
		{"path without slash", apiURL, get(func(c *restli.Call) { c.Path = ".evil.example/v2" }), "Path", "would change the host"},
		{"path with query", apiURL, get(func(c *restli.Call) { c.Path = "/v2/me?a=b" }), "Path", "belongs into Query"},
		{"path with fragment", apiURL, get(func(c *restli.Call) { c.Path = "/v2/me#a" }), "Path", "would never arrive"},
		{"path with space", apiURL, get(func(c *restli.Call) { c.Path = "/v2/m e" }), "Path", "must be escaped"},
		{"path with newline", apiURL, get(func(c *restli.Call) { c.Path = "/v2/me\r\nX: y" }), "Path", "must be escaped"},
		{"path with broken escape", apiURL, get(func(c *restli.Call) { c.Path = "/v2/%zz" }), "Path", "must be escaped"},
		{"path with umlaut", apiURL, get(func(c *restli.Call) { c.Path = "/v2/mü" }), "Path", "must be escaped"},
		{"path that climbs", apiURL, get(func(c *restli.Call) { c.Path = "/v2/../me" }), "Path", "a proxy would resolve it"},
		{"path that climbs, escaped", apiURL, get(func(c *restli.Call) { c.Path = "/v2/%2e%2E/me" }), "Path", "a proxy would resolve it"},
		{"path that stays", apiURL, get(func(c *restli.Call) { c.Path = "/v2/./me" }), "Path", "a proxy would resolve it"},
		{"double slash", apiURL, get(func(c *restli.Call) { c.Path = "/v2//me" }), "Path", "an empty segment"},
		{"slash at the end", apiURL, get(func(c *restli.Call) { c.Path = "/v2/me/" }), "Path", "an empty segment"},
		{"key that climbs", apiURL, get(func(c *restli.Call) { c.Key = str("..") }), "Path", "a proxy would resolve it"},
		{"long key", apiURL, get(func(c *restli.Call) { c.Key = str(strings.Repeat("a", 4097)) }), "Path", "2.7: a segment has 4 KB at most"},
		{"long path", apiURL, get(func(c *restli.Call) { c.Path = strings.Repeat("/"+strings.Repeat("a", 4000), 3) }), "Path", "2.7: a URL has 8 KB at most"},
		{"key of a finder by batch", apiURL, restli.Call{Method: restli.BatchFinder, Path: "/v2/x", Name: "n", Key: restli.Int(1)}, "Key", "no such form"},
		{"key of a batch", apiURL, restli.Call{Method: restli.BatchGet, Path: "/v2/x", Key: restli.Int(1), Keys: []restli.Value{restli.Int(1)}}, "Key", "Keys instead"},
		{"key of a create", apiURL, restli.Call{Method: restli.Create, Path: "/v2/x", Key: restli.Int(1), Body: 1}, "Key", "LinkedIn gives it"},
		{"keys of a get", apiURL, get(func(c *restli.Call) { c.Keys = []restli.Value{restli.Int(1)} }), "Keys", "BatchGet instead"},
		{"batch without keys", apiURL, restli.Call{Method: restli.BatchGet, Path: "/v2/x"}, "Keys", "ids=List() asks for nothing"},
		{"finder without name", apiURL, restli.Call{Method: restli.Finder, Path: "/v2/x"}, "Name", "which finder?"},
		{"action without name", apiURL, restli.Call{Method: restli.Action, Path: "/v2/x"}, "Name", "which action?"},
		{"get with name", apiURL, get(func(c *restli.Call) { c.Name = "x" }), "Name", "Finder instead"},
		{"q twice", apiURL, restli.Call{Method: restli.Finder, Path: "/v2/x", Name: "n", Query: params("q", "m")}, "Query", "which finder?"},
		{"ids twice", apiURL, restli.Call{Method: restli.BatchGet, Path: "/v2/x", Keys: []restli.Value{restli.Int(1)}, Query: params("ids", "m")}, "Query", "which keys?"},
		{"action twice", apiURL, restli.Call{Method: restli.Action, Path: "/v2/x", Name: "n", Query: params("action", "m")}, "Query", "which action?"},
		{"body of a get", apiURL, get(func(c *restli.Call) { c.Body = 1 }), "Body", "not taken"},
		{"body of a delete", apiURL, restli.Call{Method: restli.Delete, Path: "/v2/x", Key: restli.Int(1), Body: 1}, "Body", "not taken"},
		{"create without body", apiURL, restli.Call{Method: restli.Create, Path: "/v2/x"}, "Body", "required"},
		{"body that is no JSON", apiURL, restli.Call{Method: restli.Create, Path: "/v2/x", Body: []byte("a=b")}, "Body", "LinkedIn takes JSON only"},
		{"empty body", apiURL, restli.Call{Method: restli.Create, Path: "/v2/x", Body: []byte{}}, "Body", "not JSON"},
		{"body that cannot be marshalled", apiURL, restli.Call{Method: restli.Create, Path: "/v2/x", Body: func() {}}, "Body", "a function"},
		{"no version", apiURL, restli.Call{Method: restli.Get, Path: "/rest/me"}, "Version", "3.1: required under /rest"},
		{"no version, base ends in rest", apiURL + "/rest", restli.Call{Method: restli.Get, Path: "/me"}, "Version", "3.1: required under /rest"},
		{"short version", apiURL, restli.Call{Method: restli.Get, Path: "/rest/me", Version: "2026"}, "Version", "YYYYMM"},
		{"version with dashes", apiURL, restli.Call{Method: restli.Get, Path: "/rest/me", Version: "2026-9"}, "Version", "YYYYMM"},
		{"version with newline", apiURL, restli.Call{Method: restli.Get, Path: "/rest/me", Version: "202609\r\nX: y"}, "Version", "must not add a header"},
		{"version with half a revision", apiURL, restli.Call{Method: restli.Get, Path: "/rest/me", Version: "202609.1"}, "Version", "YYYYMM.RR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := restli.NewRequest(context.Background(), tt.base, &tt.call)
			var callErr *restli.CallError
			if !errors.As(err, &callErr) || callErr.Field != tt.field || req != nil {
				t.Errorf("NewRequest = %v, want a CallError for %s: %s", err, tt.field, tt.why)
			}
		})
	}
}

func TestVersionHeader(t *testing.T) {
	tests := []struct{ base, path, version, want, why string }{
		{apiURL, "/rest/me", "202609", "202609", "3.1"},
		{apiURL, "/rest/me", "202508.02", "202508.02", "2.1: with a revision"},
		{apiURL + "/rest", "/me", "202609", "202609", "the base may hold the prefix"},
		{"https://proxy.example/linkedin", "/rest/me", "202609", "202609", "whatever stands before"},
		{apiURL, "/v2/me", "202609", "", "/v2 is not versioned"},
		{apiURL, "/v2/rest/me", "202609", "", "not the prefix"},
		{apiURL, "/restful/me", "202609", "", "not the prefix"},
	}
	for _, tt := range tests {
		req, err := restli.NewRequest(context.Background(), tt.base, &restli.Call{Method: restli.Get, Path: tt.path, Version: tt.version})
		if err != nil {
			t.Errorf("%s%s: %v", tt.base, tt.path, err)
			continue
		}
		if got := req.Header.Get("LinkedIn-Version"); got != tt.want {
			t.Errorf("%s%s: LinkedIn-Version = %q, want %q: %s", tt.base, tt.path, got, tt.want, tt.why)
		}
	}
}

// What reaches a server is what was built: net/http leaves parentheses, quotes and escapes alone, and a POST without a body has
// a length.
func TestRequestOnTheWire(t *testing.T) {
	type seen struct {
		line   string
		length []string
	}
	var got seen
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = seen{r.Method + " " + r.RequestURI, []string{r.Header.Get("Content-Length")}}
		if r.ContentLength == 0 {
			got.length = []string{"0"}
		}
	}))
	defer srv.Close()
	tests := []struct {
		name string
		call restli.Call
		line string
		why  string
	}{
		{"person", restli.Call{Method: restli.Get, Path: "/v2/people", Key: restli.Key("id", str("AbC-1"))}, "GET /v2/people/(id:AbC-1)", "11.10"},
		{"empty key", restli.Call{Method: restli.Get, Path: "/v2/x", Key: str("")}, "GET /v2/x/''", "quotes stay"},
		{"URN", restli.Call{Method: restli.Get, Path: "/v2/x", Key: str("urn:li:c:(1,2)")}, "GET /v2/x/urn%3Ali%3Ac%3A%281%2C2%29", "escapes stay"},
		{"batch", restli.Call{Method: restli.BatchGet, Path: "/v2/people", Keys: []restli.Value{restli.Key("id", str("A"))}, Query: params("fields", "id,baz:($*:(beep))")},
			"GET /v2/people?ids=List((id:A))&fields=id,baz:($*:(beep))", "11.10"},
		{"action without body", restli.Call{Method: restli.Action, Path: "/v2/x", Name: "close"}, "POST /v2/x?action=close", "2.1: 411 without Content-Length"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := restli.NewRequest(context.Background(), srv.URL, &tt.call)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := srv.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if got.line != tt.line || got.length[0] != "0" {
				t.Errorf("server saw %+v, want %q: %s", got, tt.line, tt.why)
			}
		})
	}
}

func TestMethodHTTP(t *testing.T) {
	want := map[restli.Method]string{
		restli.Get: "GET", restli.BatchGet: "GET", restli.GetAll: "GET", restli.Finder: "GET", restli.BatchFinder: "GET",
		restli.Create: "POST", restli.BatchCreate: "POST", restli.Update: "PUT", restli.BatchUpdate: "PUT",
		restli.PartialUpdate: "POST", restli.BatchPartialUpdate: "POST", restli.Delete: "DELETE", restli.BatchDelete: "DELETE",
		restli.Action: "POST", "": "", "head": "",
	}
	for method, http := range want {
		if got := method.HTTP(); got != http {
			t.Errorf("%q.HTTP() = %q, want %q", method, got, http)
		}
	}
}
