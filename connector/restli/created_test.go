package restli_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

func TestCreatedID(t *testing.T) {
	const share = "urn:li:share:7000000000000000001"
	tests := []struct {
		name   string
		header map[string]string
		body   string
		id     string
		found  bool
		why    string
	}{
		{"post", map[string]string{"x-restli-id": share, "location": "/posts/urn%3Ali%3Ashare%3A7000000000000000001"}, "", share, true, "fixture 77, 11.13: not escaped"},
		{"escaped", map[string]string{"x-restli-id": "urn%3Ali%3Ashare%3A7"}, "", "urn:li:share:7", true, "2.1: reduced encoding"},
		{"header before all", map[string]string{"x-restli-id": "1", "x-linkedin-id": "2", "location": "/x/3"}, `{"id":"4"}`, "1", true, "11.13"},
		{"old header", map[string]string{"x-linkedin-id": share, "location": "/x/3"}, `{"id":"4"}`, share, true, "2.1: protocol 1.0"},
		{"location", map[string]string{"location": "/posts/urn%3Ali%3Ashare%3A7"}, `{"id":"4"}`, "urn:li:share:7", true, "11.13: then location"},
		{"location with host", map[string]string{"location": "https://api.linkedin.com/rest/posts/urn%3Ali%3Ashare%3A7"}, "", "urn:li:share:7", true, "absolute"},
		{"location with query", map[string]string{"location": "/x/7?a=/b/c"}, "", "7", true, "the query is no key"},
		{"location with fragment", map[string]string{"location": "/x/7#a/b"}, "", "7", true, "the fragment is no key"},
		{"location with slash at the end", map[string]string{"location": "/x/7/"}, "", "7", true, "not an empty key"},
		{"location with compound key", map[string]string{"location": "/x/(member:urn%3Ali%3Aperson%3A1,a:b)"}, "", "(a:b,member:urn%3Ali%3Aperson%3A1)", true, "sorted"},
		{"location with person key", map[string]string{"location": "/people/(id:A1)"}, "", "A1", true, "one part"},
		{"location with old key", map[string]string{"location": "/people/id=A1"}, "", "A1", true, "protocol 1.0"},
		{"location without slash", map[string]string{"location": "7"}, "", "7", true, "relative"},
		{"body", nil, `{"id":"urn:li:share:7"}`, "urn:li:share:7", true, "6.4: then body"},
		{"number in the body", nil, `{"id":9007199254740993}`, "9007199254740993", true, "no float on the way"},
		{"compound header", map[string]string{"x-restli-id": "(k1:v1,k2:value with spaces)"}, "", "(k1:v1,k2:value with spaces)", true, "2.3: the protocol's own example"},
		{"broken header", map[string]string{"x-restli-id": "(", "location": "/x/7"}, "", "7", true, "the next source"},
		{"broken everything", map[string]string{"x-restli-id": "(", "location": "/x/)"}, `{`, "", false, "no crash"},
		{"nothing", nil, "", "", false, "a reply that tells nothing"},
		{"empty location", map[string]string{"location": "/"}, "", "", false, "no key in it"},
		{"body without id", nil, `{"a":1}`, "", false, "no id"},
		{"null id", nil, `{"id":null}`, "", false, "no id"},
		{"empty id", nil, `{"id":""}`, "", false, "no id"},
		{"id is an object", nil, `{"id":{"a":1}}`, "", false, "no id"},
		{"body is a list", nil, `[1]`, "", false, "no entity"},
		{"HTML body", nil, `<html>`, "", false, "no entity"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{}
			for name, value := range tt.header {
				header.Set(name, value)
			}
			key, ok := restli.CreatedID(header, []byte(tt.body))
			if ok != tt.found {
				t.Fatalf("CreatedID = %v, %v: %s", key, ok, tt.why)
			}
			if ok && restli.ID(key) != tt.id {
				t.Errorf("id = %q, want %q: %s", restli.ID(key), tt.id, tt.why)
			}
		})
	}
}

func TestDecodeBatchCreate(t *testing.T) {
	got, err := restli.DecodeBatchCreate([]byte(`{"elements":[
		{"status":201,"id":"urn%3Ali%3Ashare%3A1"},
		{"status":201,"id":7},
		{"status":201},
		{"status":400,"error":{"status":400,"code":"MISSING_FIELD","message":"a is required but missing"}},
		{"status":400,"error":{"message":"x","serviceErrorCode":1}},
		{"status":500},
		{"error":{"status":409,"message":"Write Conflict"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []restli.Created{
		{Status: 201, ID: "urn:li:share:1"},
		{Status: 201, ID: "7"},
		{Status: 201},
		{Status: 400, Err: &restli.ErrorResponse{Status: 400, Code: "MISSING_FIELD", Message: "a is required but missing", Shape: restli.ShapeGateway}},
		{Status: 400, Err: &restli.ErrorResponse{Status: 400, ServiceErrorCode: 1, Message: "x", Shape: restli.ShapeClassic}},
		{Status: 500, Err: &restli.ErrorResponse{Status: 500, Shape: restli.ShapeEmpty}},
		{Status: 409, Err: &restli.ErrorResponse{Status: 409, Message: "Write Conflict", Shape: restli.ShapeClassic}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, body := range []string{``, `{}`, `{"elements":[1]}`, `{"elements":[{"status":201,"id":"("}]}`} {
		_, err := restli.DecodeBatchCreate([]byte(body))
		var shape *restli.ShapeError
		if !errors.As(err, &shape) {
			t.Errorf("DecodeBatchCreate(%s): %v, want a ShapeError", body, err)
		}
	}
}
