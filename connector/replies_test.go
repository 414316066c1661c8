package connector_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// zipped is a text as gzip packs it.
func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Replies of all forms, as far as the wire: packed, cut, too long, of the wrong type or shape.
func TestRepliesOfEveryForm(t *testing.T) {
	t.Parallel()
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	packed, html := header("Content-Encoding", "gzip"), header("Content-Type", "text/html; charset=utf-8")
	refusal := `{"status":403,"serviceErrorCode":100,"code":"ACCESS_DENIED","message":"Not enough permissions to access: search.FINDER-people.NO_VERSION"}`
	const empty = `{"elements":[]}`
	for _, tt := range []struct {
		name, why string
		fault     sandbox.Fault
		kind      plugin.Kind // Unknown: it succeeds
	}{
		{"packed", "LinkedIn may pack", sandbox.Fault{Status: 200, Body: zipped(t, empty), Header: packed}, plugin.Unknown},
		{"packed refusal", "it is read like any other", sandbox.Fault{Status: 403, Body: zipped(t, refusal), Header: packed}, plugin.Forbidden},
		{"cut while packed", "what came is no answer", sandbox.Fault{Status: 200, Body: zipped(t, empty+strings.Repeat(" ", 9000))[:40], Header: packed}, plugin.Unavailable},
		{"not packed at all", "its header lies", sandbox.Fault{Status: 200, Body: empty, Header: packed}, plugin.Unavailable},
		{"refusal of 1 MB", "64 KiB are read of it", sandbox.Fault{Status: 403, Body: refusal[:len(refusal)-1] + `,"x":"` + strings.Repeat("x", 1<<20) + `"}`}, plugin.Forbidden},
		{"refusal that breaks off", "the status says enough", sandbox.Fault{Status: 503, Body: `{"status":503,"mess`, Truncate: true}, plugin.Unavailable},
		{"page with 200", "a proxy wants a login", sandbox.Fault{Status: 200, Body: "<html>sign in</html>", Header: html}, plugin.BadUpstream},
		{"JSON said to be a page", "LinkedIn does not say so", sandbox.Fault{Status: 200, Body: empty, Header: html}, plugin.BadUpstream},
		{"JSON said to be text", "a proxy was careless, the document is right", sandbox.Fault{Status: 200, Body: empty, Header: header("Content-Type", "text/plain")}, plugin.Unknown},
		{"picture", "it is no list", sandbox.Fault{Status: 200, Body: "\x89PNG", Header: header("Content-Type", "image/png")}, plugin.BadUpstream},
		{"nothing", "there is nothing to read", sandbox.Fault{Status: 204}, plugin.BadUpstream},
		{"refusal with 200", "it must not pass for an empty list", sandbox.Fault{Status: 200, Body: refusal}, plugin.BadUpstream},
		{"two documents", "one was asked for", sandbox.Fault{Status: 200, Body: empty + empty}, plugin.BadUpstream},
		{"redirect to the website", "the token must not follow", sandbox.Fault{Status: 301, Header: header("Location", "https://www.linkedin.com/")}, plugin.BadUpstream},
		{"999", "the website, not the API", sandbox.Fault{Status: 999}, plugin.InvalidConfig},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, sandbox.PartnerClient, nil)
			b.srv.Fail(tt.fault)
			_, err := b.try("search_people", `{"keywords":"x","fields":["id"]}`)
			if tt.kind == plugin.Unknown && err != nil || tt.kind != plugin.Unknown && plugin.KindOf(err) != tt.kind {
				t.Errorf("%s, want kind %s, as %s", detailed(err), tt.kind, tt.why)
			}
		})
	}
}

// A query that is form-encoded, as any HTTP library does it, fails here as at LinkedIn; the same one in
// the connector's encoding passes.
func TestFormEncodedQueriesFail(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	tok, _ := b.tokens()
	id := b.srv.PersonID(b.client, 1)
	ask := func(query string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", b.srv.URL()+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+tok.AccessToken)
		req.Header.Set("X-Restli-Protocol-Version", "2.0.0")
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	for _, tt := range []struct {
		query  string
		status int
	}{
		{"/v2/people?ids=List((id:" + id + "))", 200},
		{"/v2/people?ids=List%28%28id%3A" + id + "%29%29", 400},
		{"/v2/people/(id:" + id + ")", 200},
		{"/v2/people/%28id%3A" + id + "%29", 400},
		{"/v2/search/people?q=People&keywords=R%26D%20%28x%29", 200},
		{"/v2/search/people?q=People&keywords=R%26D%20(x)", 400},
		{"/v2/people/(id:" + id + ")?projection=(id)", 200},
		{"/v2/people/" + id, 400},
	} {
		if got := ask(tt.query); got != tt.status {
			t.Errorf("%s: %d, want %d", tt.query, got, tt.status)
		}
	}
	b.invoke("get_people", fmt.Sprintf(`{"people":[%q]}`, id), nil)
	b.invoke("get_person", fmt.Sprintf(`{"person":%q}`, id), nil)
}

// Keywords arrive as they were typed, byte for byte, in the address or, when long, in the body.
func TestKeywordsByteForByte(t *testing.T) {
	for _, tt := range []struct{ keywords, wire string }{
		{`R&D (Köln), "C++": 100%`, "R%26D%20%28K%C3%B6ln%29%2C%20%22C%2B%2B%22%3A%20100%25"},
		{"🌱👩‍💻", "%F0%9F%8C%B1%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB"},
		{"a=b&c#d;e+f~g-h_i.j*k'l!m", "a%3Db%26c%23d%3Be%2Bf~g-h_i.j%2Ak%27l%21m"},
		{"List(a,b)", "List%28a%2Cb%29"},
		{strings.Repeat("é(", 2500), strings.Repeat("%C3%A9%28", 2500)}, // 5,000 characters
	} {
		b := login(t, sandbox.PartnerClient, nil)
		b.invoke("search_people", `{"keywords":`+quoted(t, tt.keywords)+`,"fields":["id"]}`, nil)
		r, long := b.srv.Requests()[0], len(tt.wire) > 4000
		if want := "q=People&keywords=" + tt.wire + "&start=0&count=10"; r.Query != want || r.Tunnelled != long {
			t.Errorf("keywords %.40q: query %.200s (tunnelled %t), want %.200s", tt.keywords, r.Query, r.Tunnelled, want)
		}
		if long && (r.Method != "POST" || r.Header.Get("X-HTTP-Method-Override") != "GET" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.RawQuery != "") {
			t.Errorf("tunnelled as %s %v", r.Method, r.Header)
		}
	}
}

// quoted is a text as JSON.
func quoted(t *testing.T, text string) string {
	t.Helper()
	doc, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}
