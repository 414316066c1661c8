package restli_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

type member struct {
	ID string `json:"id"`
}

func TestDecodeBatch(t *testing.T) {
	notFound := &restli.ErrorResponse{Status: 404, Code: "RESOURCE_NOT_FOUND", Message: "Could not find entity", Shape: restli.ShapeGateway}
	tests := []struct {
		name string
		body string
		want restli.Batch[member]
		why  string
	}{
		{"documented", `{"results":{"1":{"id":"a"}},"statuses":{"1":200,"2":404},"errors":{"2":{"status":404,"message":"..."}}}`,
			restli.Batch[member]{Results: map[string]member{"1": {"a"}}, Statuses: map[string]int{"1": 200, "2": 404},
				Errors: map[string]*restli.ErrorResponse{"2": {Status: 404, Message: "...", Shape: restli.ShapeClassic}}}, "2.5"},
		{"people, partly", `{"results":{"(id:A1)":{"id":"A1"}},"statuses":{"(id:A1)":200,"(id:B2)":404,"(id:C3)":403},"errors":{
			"(id:B2)":{"status":404,"code":"RESOURCE_NOT_FOUND","message":"Could not find entity"},
			"(id:C3)":{"status":403,"serviceErrorCode":100,"code":"ACCESS_DENIED","message":"Not enough permissions"}}}`,
			restli.Batch[member]{Results: map[string]member{"A1": {"A1"}}, Statuses: map[string]int{"A1": 200, "B2": 404, "C3": 403},
				Errors: map[string]*restli.ErrorResponse{"B2": notFound,
					"C3": {Status: 403, ServiceErrorCode: 100, Code: "ACCESS_DENIED", Message: "Not enough permissions", Shape: restli.ShapeGateway}}}, "fixture 35"},
		{"all failed", `{"results":{},"statuses":{"(id:B2)":404},"errors":{"(id:B2)":{"status":404,"code":"RESOURCE_NOT_FOUND","message":"Could not find entity"}}}`,
			restli.Batch[member]{Results: map[string]member{}, Statuses: map[string]int{"B2": 404}, Errors: map[string]*restli.ErrorResponse{"B2": notFound}}, "fixture 36: HTTP 200 all the same"},
		{"only results", `{"results":{"1":{}}}`, restli.Batch[member]{Results: map[string]member{"1": {}}, Statuses: map[string]int{}, Errors: map[string]*restli.ErrorResponse{}}, "statuses are optional"},
		{"only errors", `{"errors":{"1":{"status":500,"message":"x"}}}`, restli.Batch[member]{Results: map[string]member{}, Statuses: map[string]int{},
			Errors: map[string]*restli.ErrorResponse{"1": {Status: 500, Message: "x", Shape: restli.ShapeClassic}}}, "tolerated"},
		{"null maps", `{"results":{},"statuses":null,"errors":null}`, restli.Batch[member]{Results: map[string]member{}, Statuses: map[string]int{}, Errors: map[string]*restli.ErrorResponse{}}, "null is absent"},
		{"URN keys in three forms", `{"results":{"urn%3Ali%3Ashare%3A1":{},"urn:li:share:2":{},"urn:li:comment:(urn:li:activity:1,2)":{}}}`,
			restli.Batch[member]{Results: map[string]member{"urn:li:share:1": {}, "urn:li:share:2": {}, "urn:li:comment:(urn:li:activity:1,2)": {}}, Statuses: map[string]int{}, Errors: map[string]*restli.ErrorResponse{}}, "2.3: decode tolerantly"},
		{"old keys", `{"results":{"id=A1":{}}}`, restli.Batch[member]{Results: map[string]member{"A1": {}}, Statuses: map[string]int{}, Errors: map[string]*restli.ErrorResponse{}}, "protocol 1.0"},
		{"error without status", `{"results":{},"statuses":{"1":429},"errors":{"1":{"message":"x","serviceErrorCode":101}}}`,
			restli.Batch[member]{Results: map[string]member{}, Statuses: map[string]int{"1": 429}, Errors: map[string]*restli.ErrorResponse{"1": {Status: 429, ServiceErrorCode: 101, Message: "x", Shape: restli.ShapeClassic}}}, "the map has it"},
		{"error of another shape", `{"results":{},"errors":{"1":"boom","2":{"status":404},"3":null}}`,
			restli.Batch[member]{Results: map[string]member{}, Statuses: map[string]int{}, Errors: map[string]*restli.ErrorResponse{"1": {Shape: restli.ShapeJSON}, "2": {Status: 404, Shape: restli.ShapeJSON}, "3": {Shape: restli.ShapeJSON}}}, "still a failure"},
		{"unknown members", `{"results":{"1":{"id":"a","new":1}},"extra":1}`, restli.Batch[member]{Results: map[string]member{"1": {"a"}}, Statuses: map[string]int{}, Errors: map[string]*restli.ErrorResponse{}}, "3.4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.DecodeBatch[member]([]byte(tt.body))
			if diff := cmp.Diff(&tt.want, got); err != nil || diff != "" {
				t.Errorf("DecodeBatch(%s): %v (-want +got):\n%s%s", tt.body, err, diff, tt.why)
			}
		})
	}
}

func TestDecodeBatchRefuses(t *testing.T) {
	tests := append(wrongShapes[:len(wrongShapes):len(wrongShapes)], []struct{ name, body, why string }{
		{"null results", `{"results":null}`, "nothing of a batch"},
		{"results is a list", `{"results":[]}`, "no map"},
		{"errors is a text", `{"results":{},"errors":"x"}`, "no map"},
		{"status is a text", `{"results":{},"statuses":{"1":"ok"}}`, "no number"},
		{"unbalanced key", `{"results":{"(id:A1":{}}}`, "cannot be read"},
		{"two keys, one id", `{"results":{"(id:A1)":{},"A1":{}}}`, "which of them?"},
		{"result does not fit", `{"results":{"1":7}}`, "no member"},
		{"collection", `{"elements":[]}`, "another method's reply"},
	}...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.DecodeBatch[member]([]byte(tt.body))
			var shape *restli.ShapeError
			if !errors.As(err, &shape) || shape.Want != "batch" || got != nil {
				t.Errorf("DecodeBatch(%s) = %v, %v, want a ShapeError: %s", tt.body, got, err, tt.why)
			}
		})
	}
}

func TestBatchGet(t *testing.T) {
	b, err := restli.DecodeBatch[member]([]byte(`{"results":{"(id:A)":{"id":"A"},"(id:S)":{"id":"S"}},
		"statuses":{"(id:S)":203,"(id:M)":404,"(id:O)":200},"errors":{"(id:E)":{"status":403,"message":"no"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		id      string
		want    member
		status  int
		noReply bool // ErrNoAnswer
		why     string
	}{
		{"A", member{"A"}, 200, false, "a result without a status"},
		{"S", member{"S"}, 203, false, "a result with a status"},
		{"E", member{}, 403, false, "an error"},
		{"M", member{}, 404, false, "a status without an error"},
		{"O", member{}, 200, true, "a status of success without a result"},
		{"X", member{}, 0, true, "not mentioned"},
	}
	for _, tt := range tests {
		got, err := b.Get(tt.id)
		if got != tt.want || b.Status(tt.id) != tt.status || errors.Is(err, restli.ErrNoAnswer) != tt.noReply {
			t.Errorf("%s: %v, %v, status %d: %s", tt.id, got, err, b.Status(tt.id), tt.why)
		}
		var failure *restli.ErrorResponse
		if tt.status >= 400 && (!errors.As(err, &failure) || failure.Status != tt.status) {
			t.Errorf("%s: %v, want an ErrorResponse with %d", tt.id, err, tt.status)
		}
	}
}

func TestBatchUpdateReply(t *testing.T) {
	b, err := restli.DecodeBatch[restli.UpdateStatus]([]byte(`{"results":{"k":{"status":204}},"errors":{}}`))
	if got, getErr := b.Get("k"); err != nil || getErr != nil || got.Status != 204 {
		t.Errorf("update status = %v, %v, %v", got, err, getErr)
	}
}

func TestPatch(t *testing.T) {
	tests := []struct {
		name  string
		patch *restli.Patch
		want  string
		why   string
	}{
		{"documented", &restli.Patch{Set: map[string]any{"a": 1}, Delete: []string{"f"}, Child: map[string]*restli.Patch{"child": {Set: map[string]any{"b": "x"}}}},
			`{"patch":{"$delete":["f"],"$set":{"a":1},"child":{"$set":{"b":"x"}}}}`, "2.2"},
		{"empty", &restli.Patch{}, `{"patch":{}}`, "changes nothing"},
		{"nil child", &restli.Patch{Child: map[string]*restli.Patch{"a": nil}}, `{"patch":{"a":{}}}`, "changes nothing"},
		{"set to null", &restli.Patch{Set: map[string]any{"a": nil}}, `{"patch":{"$set":{"a":null}}}`, "the caller's wish, 11.22 or not"},
	}
	for _, tt := range tests {
		got, err := json.Marshal(tt.patch)
		if string(got) != tt.want || err != nil {
			t.Errorf("%s: %s, %v, want %s: %s", tt.name, got, err, tt.want, tt.why)
		}
	}
}

func TestEntities(t *testing.T) {
	entities := restli.Entities{
		{Key: object("member", "urn:li:person:1", "x", "a b"), Body: map[string]int{"a": 1}},
		{Key: restli.String("urn:li:share:1"), Body: &restli.Patch{Set: map[string]any{"c": 2}}},
	}
	got, err := json.Marshal(entities)
	want := `{"entities":{"(member:urn%3Ali%3Aperson%3A1,x:a b)":{"a":1},"urn%3Ali%3Ashare%3A1":{"patch":{"$set":{"c":2}}}}}`
	if string(got) != want || err != nil {
		t.Errorf("entities = %s, %v, want %s", got, err, want)
	}
	if diff := cmp.Diff([]restli.Value{entities[0].Key, entities[1].Key}, entities.Keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if _, err := json.Marshal(restli.Entities{{Key: restli.Int(1), Body: func() {}}}); err == nil {
		t.Error("a body that cannot be marshalled passes")
	}
}
