package restli_test

import (
	"bytes"
	"context"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

// untunnel undoes the tunnelling as a server does: method, query and body of the request that was meant.
func untunnel(t *testing.T, req *http.Request) (method, query, contentType, body string) {
	t.Helper()
	raw := bodyOf(t, req)
	method = req.Header.Get("X-HTTP-Method-Override")
	if method == "" {
		return req.Method, req.URL.RawQuery, req.Header.Get("Content-Type"), raw
	}
	if req.Method != http.MethodPost || req.URL.RawQuery != "" {
		t.Errorf("tunnelled request is %s with query %q, want POST without", req.Method, req.URL.RawQuery)
	}
	mediaType, mediaParams, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil {
		t.Fatalf("Content-Type: %v", err)
	}
	if mediaType == "application/x-www-form-urlencoded" {
		return method, raw, "", ""
	}
	if mediaType != "multipart/mixed" {
		t.Fatalf("Content-Type = %q", mediaType)
	}
	r := multipart.NewReader(strings.NewReader(raw), mediaParams["boundary"])
	var types, parts []string
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		types, parts = append(types, part.Header.Get("Content-Type")), append(parts, string(text))
	}
	if len(parts) != 2 || types[0] != "application/x-www-form-urlencoded" {
		t.Fatalf("parts %v, want query and body", types)
	}
	return method, parts[0], types[1], parts[1]
}

// keysOfLength returns keys whose parameter ids=List(..) is exactly n characters long.
func keysOfLength(n int) []restli.Value {
	return []restli.Value{restli.String(strings.Repeat("a", n-len("ids=List()")))}
}

func TestTunnel(t *testing.T) {
	body := map[string]string{"text": "--xyz\r\n\r\nnot a boundary"}
	tests := []struct {
		name   string
		call   restli.Call
		tunnel bool
		method string // that is meant
		why    string
	}{
		{"at the limit", restli.Call{Method: restli.BatchGet, Path: "/v2/x", Keys: keysOfLength(4000)}, false, "GET", "2.7: longer than 4000"},
		{"above the limit", restli.Call{Method: restli.BatchGet, Path: "/v2/x", Keys: keysOfLength(4001)}, true, "GET", "2.7: longer than 4000"},
		{"far above", restli.Call{Method: restli.BatchGet, Path: "/v2/x", Keys: keysOfLength(100_000)}, true, "GET", "the body has no such limit"},
		{"5,000 characters of keywords", restli.Call{Method: restli.Finder, Path: "/v2/search/people", Name: "People", Query: params("keywords", strings.Repeat("R&D, (ö) ", 556))},
			true, "GET", "the issue's long keywords"},
		{"delete", restli.Call{Method: restli.BatchDelete, Path: "/v2/x", Keys: keysOfLength(4001)}, true, "DELETE", "2.7: or DELETE"},
		{"put with body", restli.Call{Method: restli.BatchUpdate, Path: "/v2/x", Keys: keysOfLength(4001), Body: body}, true, "PUT", "2.7: two parts"},
		{"post with body", restli.Call{Method: restli.BatchPartialUpdate, Path: "/v2/x", Keys: keysOfLength(4001), Body: body}, true, "POST", "2.7: two parts"},
		{"put at the limit", restli.Call{Method: restli.BatchUpdate, Path: "/v2/x", Keys: keysOfLength(4000), Body: body}, false, "PUT", "plain"},
		{"action without body", restli.Call{Method: restli.Action, Path: "/v2/x", Name: "n", Query: params("a", strings.Repeat("a", 4000))}, true, "POST", "a form with override POST"},
		{"long path", restli.Call{Method: restli.Finder, Path: "/v2/" + strings.Repeat("a", 4000) + "/" + strings.Repeat("b", 1000), Name: "n", Query: params("a", strings.Repeat("a", 3500))},
			true, "GET", "2.7: the URL would pass 8 KB although the query does not pass 4"},
		{"under /rest", restli.Call{Method: restli.BatchGet, Path: "/rest/x", Version: "202609", Keys: keysOfLength(4001)}, true, "GET", "headers stay"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := restli.NewRequest(context.Background(), apiURL, &tt.call)
			if err != nil {
				t.Fatal(err)
			}
			if got := req.Header.Get("X-HTTP-Method-Override") != ""; got != tt.tunnel {
				t.Errorf("tunnelled: %v, want %v: %s", got, tt.tunnel, tt.why)
			}
			if got := req.Header.Get("X-RestLi-Method"); got != string(tt.call.Method) {
				t.Errorf("X-RestLi-Method = %q: keep it", got)
			}
			if got := req.Header.Get("LinkedIn-Version"); got != tt.call.Version {
				t.Errorf("LinkedIn-Version = %q: keep it", got)
			}
			method, query, contentType, sent := untunnel(t, req)
			if method != tt.method {
				t.Errorf("method = %q, want %q: %s", method, tt.method, tt.why)
			}
			parsed, err := restli.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.call.Query.Encode(), withoutWritten(parsed).Encode()); diff != "" {
				t.Errorf("query (-want +got):\n%.300s", diff)
			}
			if tt.call.Body != nil && (contentType != "application/json" || !strings.Contains(sent, "not a boundary")) {
				t.Errorf("body = %q of type %q", sent, contentType)
			}
		})
	}
}

// withoutWritten drops what the method itself wrote.
func withoutWritten(q restli.Query) restli.Query {
	var out restli.Query
	for _, param := range q {
		if param.Name != "q" && param.Name != "ids" && param.Name != "action" {
			out = append(out, param)
		}
	}
	return out
}

// The bytes are those of the documentation, but for the boundary.
func TestTunnelBytes(t *testing.T) {
	keys := keysOfLength(4001)
	query := "ids=" + restli.Encode(restli.List(keys))
	call := &restli.Call{Method: restli.BatchUpdate, Path: "/v2/x", Keys: keys, Body: []byte(`{"foo":"bar"}`)}
	req, err := restli.NewRequest(context.Background(), apiURL, call)
	if err != nil {
		t.Fatal(err)
	}
	_, boundary, _ := strings.Cut(req.Header.Get("Content-Type"), "multipart/mixed; boundary=")
	want := "--" + boundary + "\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" + query +
		"\r\n--" + boundary + "\r\nContent-Type: application/json\r\n\r\n{\"foo\":\"bar\"}\r\n--" + boundary + "--\r\n"
	first := bodyOf(t, req)
	if diff := cmp.Diff(want, first); boundary == "" || diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if req.ContentLength != int64(len(want)) {
		t.Errorf("ContentLength = %d, want %d", req.ContentLength, len(want))
	}
	again, err := req.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	if second, err := io.ReadAll(again); err != nil || string(second) != first {
		t.Errorf("GetBody gives another body: a retry would send something else (%v)", err)
	}
	req2, err := restli.NewRequest(context.Background(), apiURL, call)
	if err != nil || bodyOf(t, req2) != first {
		t.Errorf("the same call gives other bytes: a cache could not know it again (%v)", err)
	}
}

// A body that was passed in may be changed by its owner afterwards.
func TestBodyIsCopied(t *testing.T) {
	body := []byte(`{"a":1}`)
	req, err := restli.NewRequest(context.Background(), apiURL, &restli.Call{Method: restli.Create, Path: "/v2/x", Body: body})
	if err != nil {
		t.Fatal(err)
	}
	copy(body, bytes.Repeat([]byte("x"), len(body)))
	if got := bodyOf(t, req); got != `{"a":1}` {
		t.Errorf("body = %q", got)
	}
}
