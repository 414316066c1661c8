package wire

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
)

// Text that was cut within an é, and what arrives of it.
const (
	cut     = " caf\xc3"
	arrives = " caf\uFFFD"
)

// filled returns a value all of whose texts end in tail, but for the cursors.
func filled(t *testing.T, of reflect.Type, tail string) any {
	t.Helper()
	f := filler{tail: tail}
	v := reflect.New(of)
	f.fill(t, v.Elem())
	switch res := v.Interface().(type) {
	case *plugin.OptionsResponse:
		res.NextCursor = "a cursor"
	case *plugin.Result:
		for i := range res.Meta.Notices {
			res.Meta.Notices[i].Cursor = "a cursor"
		}
	}
	return v.Interface()
}

// TestAnswersThatAreNotUTF8 fills every answer with such text. The call failed
// in transit, as an internal error.
func TestAnswersThatAreNotUTF8(t *testing.T) {
	iface := reflect.TypeFor[plugin.Connector]()
	for i := range iface.NumMethod() {
		method := iface.Method(i)
		t.Run(method.Name, func(t *testing.T) {
			of := method.Type.Out(0).Elem()
			given := filled(t, of, cut)
			args := []reflect.Value{reflect.ValueOf(t.Context()), reflect.New(method.Type.In(1).Elem())}
			if method.Name == "Invoke" {
				args = append(args, reflect.Zero(method.Type.In(2)))
			}
			out := reflect.ValueOf(connect(t, &recorder{give: given})).MethodByName(method.Name).Call(args)
			if err, _ := out[1].Interface().(error); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(filled(t, of, arrives), out[0].Interface(), sameSecrets); diff != "" {
				t.Errorf("the answer arrives as (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(filled(t, of, cut), given, sameSecrets); diff != "" {
				t.Errorf("the connector's own answer was changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestErrorsThatAreNotUTF8(t *testing.T) {
	fail := func(tail string) *plugin.Error {
		return &plugin.Error{
			Kind: plugin.NotFound, Effect: plugin.EffectNone, HTTPStatus: 404,
			Message: "no such person" + tail, Hint: "Ask" + tail, Detail: "404" + tail, Pointer: "/person" + tail, VendorCode: "X" + tail,
			Violations: []plugin.Violation{{Pointer: "/person" + tail, Message: "it is missing" + tail}},
			Meta:       &plugin.Meta{RequestIDs: []string{"one" + tail}, Notices: []plugin.Event{{Type: plugin.EventNotice, Message: "old" + tail}}},
		}
	}
	r := &recorder{err: fail(cut)}
	c := connect(t, r)
	_, unary := c.Check(t.Context(), &plugin.CheckRequest{})
	_, stream := c.Invoke(t.Context(), &plugin.InvokeRequest{}, nil)
	_, store := NewStoreClient(dial(t, func(s *grpc.Server) { RegisterStore(s, r) })).Get(t.Context(), &plugin.GetRequest{})
	for how, err := range map[string]error{"Check": unary, "Invoke": stream, "Get": store} {
		if diff := cmp.Diff(error(fail(arrives)), err); diff != "" {
			t.Errorf("error of %s (-want +got):\n%s", how, diff)
		}
	}
}

func TestEventsThatAreNotUTF8(t *testing.T) {
	var got []*plugin.Event
	sent := []*plugin.Event{{Type: plugin.EventNotice, Message: "x" + cut, Code: "c" + cut}, {Type: plugin.EventPage, Cursor: "next"}}
	_, err := connect(t, &recorder{events: sent}).Invoke(t.Context(), &plugin.InvokeRequest{}, func(e *plugin.Event) error {
		got = append(got, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []*plugin.Event{{Type: plugin.EventNotice, Message: "x" + arrives, Code: "c" + arrives}, sent[1]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestCursorsAreNotMended: the connector would get another cursor back than
// the one it gave, and may go on somewhere else.
func TestCursorsAreNotMended(t *testing.T) {
	r := &recorder{give: &plugin.OptionsResponse{NextCursor: cut}}
	if _, err := connect(t, r).Options(t.Context(), &plugin.OptionsRequest{}); plugin.KindOf(err) != plugin.Internal {
		t.Errorf("a cursor that is not UTF-8 gives %v, want internal", err)
	}
}
