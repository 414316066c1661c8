package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
)

// filler sets every field of a value to something that is not zero and that
// nothing else has.
type filler struct {
	n    int64
	tail string // of every text
}

// staysHere are the fields that do not cross the wire, with the reason.
var staysHere = map[string]string{
	"OpenRequest.Store": "an interface: it becomes a service of its own",
	"Error.Err":         "the cause stays on its side of a process boundary",
}

func (f *filler) fill(t *testing.T, v reflect.Value) {
	t.Helper()
	f.n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 11, 24, 12, 0, 0, int(f.n), time.UTC)))
		return
	case json.RawMessage:
		v.SetBytes(fmt.Appendf(nil, `{"n":%d,"text":"<&>"}`, f.n))
		return
	case plugin.Secret:
		v.Set(reflect.ValueOf(plugin.NewSecret(fmt.Sprintf("secret %d", f.n))))
		return
	case plugin.Kind:
		v.Set(reflect.ValueOf(plugin.Kinds()[f.n%int64(len(plugin.Kinds()))]))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d%s", f.n, f.tail))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(f.n)
	case reflect.Uint8:
		v.SetUint(uint64(f.n % 256))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			f.fill(t, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(t, key)
			f.fill(t, value)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Name() + "." + v.Type().Field(i).Name; staysHere[name] == "" {
				f.fill(t, v.Field(i))
			}
		}
	default:
		t.Fatalf("no way to fill a %s: teach filler, and the wire", v.Type())
	}
}

// sameSecrets compares secrets by what they hide.
var sameSecrets = cmp.Comparer(func(a, b plugin.Secret) bool { return a.Reveal() == b.Reveal() })

// TestMirror calls every method of both services with every field of the
// request and the response set, and wants all of it on the other side: a new
// field of the contract cannot be forgotten on the wire.
func TestMirror(t *testing.T) {
	services := []struct {
		iface  reflect.Type
		client func(*testing.T, *recorder) any
	}{
		{reflect.TypeFor[plugin.Connector](), func(t *testing.T, r *recorder) any { return connect(t, r) }},
		{reflect.TypeFor[plugin.Store](), func(t *testing.T, r *recorder) any {
			return NewStoreClient(dial(t, func(s *grpc.Server) { RegisterStore(s, r) }))
		}},
	}
	for _, service := range services {
		for i := range service.iface.NumMethod() {
			method := service.iface.Method(i)
			variants := []func(*recorder, reflect.Value){func(*recorder, reflect.Value) {}}
			if method.Name == "Authorize" { // exactly one of three fields is set
				variants = []func(*recorder, reflect.Value){only("Begin"), only("Complete"), only("Token")}
			}
			for n, variant := range variants {
				t.Run(fmt.Sprintf("%s.%s.%d", service.iface.Name(), method.Name, n), func(t *testing.T) {
					var f filler
					req := reflect.New(method.Type.In(1).Elem())
					res := reflect.New(method.Type.Out(0).Elem())
					f.fill(t, req.Elem())
					f.fill(t, res.Elem())
					r := &recorder{give: res.Interface()}
					variant(r, req)

					args := []reflect.Value{reflect.ValueOf(t.Context()), req}
					if method.Name == "Invoke" {
						args = append(args, reflect.Zero(method.Type.In(2)))
					}
					out := reflect.ValueOf(service.client(t, r)).MethodByName(method.Name).Call(args)
					if err, _ := out[1].Interface().(error); err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(req.Interface(), r.got, sameSecrets); diff != "" {
						t.Errorf("the request arrives changed (-sent +got):\n%s", diff)
					}
					if diff := cmp.Diff(res.Interface(), out[0].Interface(), sameSecrets); diff != "" {
						t.Errorf("the response arrives changed (-sent +got):\n%s", diff)
					}
				})
			}
		}
	}
}

// only clears all pointers of a request but the one named.
func only(name string) func(*recorder, reflect.Value) {
	return func(_ *recorder, req reflect.Value) {
		for i := range req.Elem().NumField() {
			if f := req.Elem().Field(i); f.Kind() == reflect.Pointer && req.Elem().Type().Field(i).Name != name {
				f.SetZero()
			}
		}
	}
}

func TestMirrorEvent(t *testing.T) {
	var f filler
	want := new(plugin.Event)
	f.fill(t, reflect.ValueOf(want).Elem())
	var got []*plugin.Event
	_, err := connect(t, &recorder{events: []*plugin.Event{want, {Type: plugin.EventPage}}}).Invoke(t.Context(), &plugin.InvokeRequest{}, func(e *plugin.Event) error {
		got = append(got, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]*plugin.Event{want, {Type: plugin.EventPage}}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestMirrorZero sends nothing and wants nothing: an absent field must not
// come to life on the wire, as a list or a time in 1970.
func TestMirrorZero(t *testing.T) {
	r := new(recorder)
	c := connect(t, r)
	res, err := c.Check(t.Context(), &plugin.CheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(new(plugin.CheckResponse), res); diff != "" {
		t.Errorf("an empty response (-sent +got):\n%s", diff)
	}
	if _, err := c.Connect(t.Context(), &plugin.ConnectRequest{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(new(plugin.ConnectRequest), r.got, sameSecrets); diff != "" {
		t.Errorf("an empty request (-sent +got):\n%s", diff)
	}
}

func TestErrorOfEveryKind(t *testing.T) {
	for _, kind := range append(plugin.Kinds(), plugin.Unknown) {
		t.Run(kind.String(), func(t *testing.T) {
			var f filler
			want := new(plugin.Error)
			f.fill(t, reflect.ValueOf(want).Elem())
			want.Kind = kind
			c := connect(t, &recorder{err: fmt.Errorf("wrapped: %w", want)})
			_, unary := c.Check(t.Context(), &plugin.CheckRequest{})
			_, stream := c.Invoke(t.Context(), &plugin.InvokeRequest{}, nil)
			for how, err := range map[string]error{"Check": unary, "Invoke": stream} {
				var got *plugin.Error
				if !errors.As(err, &got) {
					t.Fatalf("%s gives %v, which is no plugin.Error", how, err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("error of %s (-sent +got):\n%s", how, diff)
				}
			}
		})
	}
}

// TestErrorOfEveryMethod wants an error as an error from every method, not as
// an empty answer.
func TestErrorOfEveryMethod(t *testing.T) {
	want := &plugin.Error{Kind: plugin.Conflict, Message: "no", Effect: plugin.EffectNone}
	r := &recorder{err: want}
	clients := []any{connect(t, r), NewStoreClient(dial(t, func(s *grpc.Server) { RegisterStore(s, r) }))}
	for i, iface := range []reflect.Type{reflect.TypeFor[plugin.Connector](), reflect.TypeFor[plugin.Store]()} {
		for m := range iface.NumMethod() {
			method := iface.Method(m)
			args := []reflect.Value{reflect.ValueOf(t.Context()), reflect.New(method.Type.In(1).Elem())}
			if method.Type.NumIn() == 3 {
				args = append(args, reflect.Zero(method.Type.In(2)))
			}
			out := reflect.ValueOf(clients[i]).MethodByName(method.Name).Call(args)
			if diff := cmp.Diff(want, out[1].Interface()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", method.Name, diff)
			}
			if !out[0].IsNil() {
				t.Errorf("%s answers %v beside the error", method.Name, out[0])
			}
		}
	}
}
