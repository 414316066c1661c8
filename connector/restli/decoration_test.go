package restli_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

func TestFailedDecorations(t *testing.T) {
	throttled := &restli.ErrorResponse{Status: 429, ServiceErrorCode: 101, Message: "Resource level throttle limit for calls to this resource is reached.", Shape: restli.ShapeClassic}
	const failure = `{"serviceErrorCode":101,"message":"Resource level throttle limit for calls to this resource is reached.","status":429}`
	tests := []struct {
		name string
		body string
		want []restli.FailedDecoration
		why  string
	}{
		{"picture", `{"id":"a","profilePicture":{"displayImage":"urn:li:digitalmediaAsset:C4D","displayImage!":` + failure + `}}`,
			[]restli.FailedDecoration{{Pointer: "/profilePicture/displayImage!", Field: "displayImage", URN: "urn:li:digitalmediaAsset:C4D", Err: throttled}}, "2.8, fixture 31"},
		{"none", `{"profilePicture":{"displayImage":"urn:li:digitalmediaAsset:C4D","displayImage~":{"elements":[]}}}`, nil, "it worked"},
		{"in a collection", `{"elements":[{"to":"urn:li:person:1","to~":{"id":"1"}},{"to":"urn:li:person:2","to!":` + failure + `}]}`,
			[]restli.FailedDecoration{{Pointer: "/elements/1/to!", Field: "to", URN: "urn:li:person:2", Err: throttled}}, "one of many"},
		{"in order", `{"elements":[{"z":"a","z!":{"status":404}},{"b":"b","b!":{"status":404},"a":"a","a!":{"status":404}}]}`,
			[]restli.FailedDecoration{
				{Pointer: "/elements/0/z!", Field: "z", URN: "a", Err: &restli.ErrorResponse{Status: 404, Shape: restli.ShapeJSON}},
				{Pointer: "/elements/1/a!", Field: "a", URN: "a", Err: &restli.ErrorResponse{Status: 404, Shape: restli.ShapeJSON}},
				{Pointer: "/elements/1/b!", Field: "b", URN: "b", Err: &restli.ErrorResponse{Status: 404, Shape: restli.ShapeJSON}},
			}, "the same each time"},
		{"in a decoration", `{"to~":{"picture":"urn:li:x:1","picture!":` + failure + `}}`,
			[]restli.FailedDecoration{{Pointer: "/to~0/picture!", Field: "picture", URN: "urn:li:x:1", Err: throttled}}, "pointer escapes the tilde"},
		{"name with a slash", `{"a/b!":{"status":404}}`, []restli.FailedDecoration{{Pointer: "/a~1b!", Field: "a/b", Err: &restli.ErrorResponse{Status: 404, Shape: restli.ShapeJSON}}}, "pointer escapes the slash"},
		{"field is a list", `{"entities":["urn:li:x:1"],"entities!":` + failure + `}`, []restli.FailedDecoration{{Pointer: "/entities!", Field: "entities", Err: throttled}}, "no single URN"},
		{"not an object", `{"hello!":"world","a!":null,"b!":[{"c!":{"status":1}}]}`,
			[]restli.FailedDecoration{{Pointer: "/b!/0/c!", Field: "c", Err: &restli.ErrorResponse{Status: 1, Shape: restli.ShapeJSON}}}, "a localized map may have such keys"},
		{"exclamation mark alone", `{"!":{"a":1}}`, nil, "of no field"},
		{"scalar", `7`, nil, "nothing inside"},
		{"null", `null`, nil, "nothing inside"},
		{"failure inside a failure", `{"a!":{"status":404,"b!":{"status":1}}}`, []restli.FailedDecoration{{Pointer: "/a!", Field: "a", Err: &restli.ErrorResponse{Status: 404, Shape: restli.ShapeJSON}}}, "the outer one tells it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.FailedDecorations([]byte(tt.body))
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("FailedDecorations(%s): %v (-want +got):\n%s%s", tt.body, err, diff, tt.why)
			}
		})
	}
	for _, body := range []string{"", "<html>", `{"a`, strings.Repeat("[", 20_000)} {
		_, err := restli.FailedDecorations([]byte(body))
		var shape *restli.ShapeError
		if !errors.As(err, &shape) {
			t.Errorf("FailedDecorations(%.20q): %v, want a ShapeError", body, err)
		}
	}
}
