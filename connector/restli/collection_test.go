package restli_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

func ptr[T any](v T) *T { return &v }

func raws(items ...string) []json.RawMessage {
	out := []json.RawMessage{}
	for _, item := range items {
		out = append(out, json.RawMessage(item))
	}
	return out
}

func TestDecodeCollection(t *testing.T) {
	next := restli.Link{Rel: "next", Href: "/v2/res?q=x&start=10&count=10", Type: "application/json"}
	tests := []struct {
		name string
		body string
		want restli.Collection
		next bool
		why  string
	}{
		{"documented", `{"elements":[{"a":1}],"paging":{"start":0,"count":10,"total":37,"links":[{"rel":"next","href":"/v2/res?q=x&start=10&count=10","type":"application/json"}]}}`,
			restli.Collection{Elements: raws(`{"a":1}`), Paging: &restli.Paging{Count: 10, Total: ptr(int64(37)), Links: []restli.Link{next}}}, true, "2.6"},
		{"empty", `{"elements":[],"paging":{"start":0,"count":10,"total":0,"links":[]}}`,
			restli.Collection{Elements: raws(), Paging: &restli.Paging{Count: 10, Total: ptr(int64(0)), Links: []restli.Link{}}}, false, "fixture 41"},
		{"connections size", `{"elements":[],"paging":{"count":0,"links":[],"start":0,"total":512}}`,
			restli.Collection{Elements: raws(), Paging: &restli.Paging{Total: ptr(int64(512)), Links: []restli.Link{}}}, false, "fixture 46"},
		{"no total", `{"elements":[1],"paging":{"start":0,"count":10,"links":[]}}`,
			restli.Collection{Elements: raws(`1`), Paging: &restli.Paging{Count: 10, Links: []restli.Link{}}}, false, "11.17: absent is not zero"},
		{"null total", `{"elements":[1],"paging":{"start":0,"count":10,"total":null}}`,
			restli.Collection{Elements: raws(`1`), Paging: &restli.Paging{Count: 10}}, false, "null is absent"},
		{"no links", `{"elements":[1],"paging":{"start":0,"count":10}}`,
			restli.Collection{Elements: raws(`1`), Paging: &restli.Paging{Count: 10}}, false, "5.3, 11.17: typeahead has none"},
		{"no paging", `{"elements":[{"handle":"urn:li:emailAddress:1"}]}`, restli.Collection{Elements: raws(`{"handle":"urn:li:emailAddress:1"}`)}, false, "4.5"},
		{"null paging", `{"elements":[],"paging":null}`, restli.Collection{Elements: raws()}, false, "null is absent"},
		{"metadata", `{"elements":[],"metadata":{"nextPageToken":"x"}}`, restli.Collection{Elements: raws(), Metadata: json.RawMessage(`{"nextPageToken":"x"}`)}, false, "2.6: cursors live there"},
		{"null metadata", `{"elements":[],"metadata":null}`, restli.Collection{Elements: raws()}, false, "null is absent"},
		{"unknown fields", `{"elements":[],"paging":{"count":1,"more":true},"extra":[1]}`, restli.Collection{Elements: raws(), Paging: &restli.Paging{Count: 1}}, false, "3.4: may appear without notice"},
		{"only prev", `{"elements":[1],"paging":{"start":10,"count":10,"links":[{"rel":"prev","href":"/x?start=0"}]}}`,
			restli.Collection{Elements: raws(`1`), Paging: &restli.Paging{Start: 10, Count: 10, Links: []restli.Link{{Rel: "prev", Href: "/x?start=0"}}}}, false, "prev does not lead on"},
		{"next without address", `{"elements":[1],"paging":{"links":[{"rel":"next"}]}}`,
			restli.Collection{Elements: raws(`1`), Paging: &restli.Paging{Links: []restli.Link{{Rel: "next"}}}}, false, "leads nowhere"},
		{"large total", `{"elements":[],"paging":{"total":9007199254740993}}`, restli.Collection{Elements: raws(), Paging: &restli.Paging{Total: ptr(int64(9007199254740993))}}, false, "no float on the way"},
		{"null element", `{"elements":[null]}`, restli.Collection{Elements: raws(`null`)}, false, "kept, it counts"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.DecodeCollection([]byte(tt.body))
			if err != nil {
				t.Fatalf("DecodeCollection(%s): %v: %s", tt.body, err, tt.why)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("DecodeCollection(%s) (-want +got):\n%s%s", tt.body, diff, tt.why)
			}
			if _, ok := got.Next(); ok != tt.next {
				t.Errorf("Next of %s: %v, want %v: %s", tt.body, ok, tt.next, tt.why)
			}
		})
	}
}

// wrongShapes are bodies with status 200 that must not pass for a collection, nor for a batch.
var wrongShapes = []struct{ name, body, why string }{
	{"nothing", ``, "empty body"},
	{"white space", " \n", "empty body"},
	{"null", `null`, "no object"},
	{"list", `[]`, "no object"},
	{"text", `"elements"`, "no object"},
	{"HTML", `<html></html>`, "a proxy's page"},
	{"cut", `{"elements":[{"a":1},{"a"`, "fixture 76"},
	{"two documents", `{"elements":[]}{"elements":[]}`, "one body, one document"},
	{"empty object", `{}`, "nothing of it"},
	{"error body", `{"status":403,"serviceErrorCode":100,"message":"Not enough permissions"}`, "11.17: an error must not pass for an empty page"},
	{"entity", `{"id":"yrZCpj2Z12","localizedFirstName":"Ada"}`, "an entity"},
	{"other spelling", `{"Elements":[],"Results":{}}`, "names have a case"},
}

func TestDecodeCollectionRefuses(t *testing.T) {
	tests := append(wrongShapes[:len(wrongShapes):len(wrongShapes)], []struct{ name, body, why string }{
		{"null elements", `{"elements":null}`, "no list"},
		{"object elements", `{"elements":{}}`, "no list"},
		{"text elements", `{"elements":"a"}`, "no list"},
		{"paging is a list", `{"elements":[],"paging":[]}`, "no object"},
		{"start is a text", `{"elements":[],"paging":{"start":"a"}}`, "no number"},
		{"fractional total", `{"elements":[],"paging":{"total":1.5}}`, "no integer"},
		{"links is a text", `{"elements":[],"paging":{"links":"next"}}`, "no list"},
		{"batch", `{"results":{},"errors":{}}`, "another method's reply"},
	}...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.DecodeCollection([]byte(tt.body))
			var shape *restli.ShapeError
			if !errors.As(err, &shape) || shape.Want != "collection" || got != nil {
				t.Errorf("DecodeCollection(%s) = %v, %v, want a ShapeError: %s", tt.body, got, err, tt.why)
			}
		})
	}
}

func TestElements(t *testing.T) {
	type connection struct {
		To string `json:"to"`
	}
	c, err := restli.DecodeCollection([]byte(`{"elements":[{"to":"urn:li:person:1","new":1},{}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := restli.Elements[connection](c)
	if diff := cmp.Diff([]connection{{"urn:li:person:1"}, {}}, got); err != nil || diff != "" {
		t.Errorf("Elements: %v (-want +got):\n%s", err, diff)
	}
	_, err = restli.Elements[int](c)
	var shape *restli.ShapeError
	if !errors.As(err, &shape) || shape.Reason != "element 0 does not fit" {
		t.Errorf("Elements[int]: %v, want a ShapeError that tells the index", err)
	}
}

func TestDecodeBatchFinder(t *testing.T) {
	got, err := restli.DecodeBatchFinder([]byte(`{"elements":[
		{"elements":[1,2],"paging":{"start":0,"count":10,"total":2}},
		{"elements":[],"isError":true,"error":{"status":400,"code":"PARAM_INVALID","message":"no"}},
		{"elements":[],"isError":true},
		{"elements":[],"isError":false}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []restli.FinderResult{
		{Collection: &restli.Collection{Elements: raws("1", "2"), Paging: &restli.Paging{Count: 10, Total: ptr(int64(2))}}},
		{Err: &restli.ErrorResponse{Status: 400, Code: "PARAM_INVALID", Message: "no", Shape: restli.ShapeGateway}},
		{Err: &restli.ErrorResponse{Shape: restli.ShapeEmpty}},
		{Collection: &restli.Collection{Elements: raws()}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, body := range []string{`{"elements":[1]}`, `{"elements":[{}]}`, `{"elements":[null]}`, `[]`} {
		if got, err := restli.DecodeBatchFinder([]byte(body)); err == nil {
			t.Errorf("DecodeBatchFinder(%s) = %v, want an error", body, got)
		}
	}
}

func TestDecodeAction(t *testing.T) {
	type upload struct {
		Image string `json:"image"`
	}
	tests := []struct {
		name, body string
		want       upload
		fails      bool
		why        string
	}{
		{"value", `{"value":{"image":"urn:li:image:C4E"}}`, upload{"urn:li:image:C4E"}, false, "6.3"},
		{"nothing", ``, upload{}, false, "2.2: or empty"},
		{"white space", "\r\n", upload{}, false, "2.2: or empty"},
		{"empty object", `{}`, upload{}, false, "an action without a result"},
		{"null value", `{"value":null}`, upload{}, false, "no result"},
		{"error body", `{"status":400,"message":"x"}`, upload{}, true, "no value"},
		{"value of another type", `{"value":1}`, upload{}, true, "does not fit"},
		{"HTML", `<html>`, upload{}, true, "a proxy's page"},
		{"list", `[]`, upload{}, true, "no object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.DecodeAction[upload]([]byte(tt.body))
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("DecodeAction(%s) = %v, %v: %s", tt.body, got, err, tt.why)
			}
		})
	}
}
