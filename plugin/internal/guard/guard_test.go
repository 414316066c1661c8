package guard

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/linkstep/linkstep/plugin"
)

// misbehaving is a connector all of whose methods do the same wrong thing. An
// embedded nil Connector would panic; do takes its place.
type misbehaving struct{ do func() error }

func wrong[T any](m misbehaving) (*T, error) { return nil, m.do() }

func (m misbehaving) Describe(context.Context, *plugin.DescribeRequest) (*plugin.Description, error) {
	return wrong[plugin.Description](m)
}
func (m misbehaving) Open(context.Context, *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	return wrong[plugin.OpenResponse](m)
}
func (m misbehaving) Connect(context.Context, *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	return wrong[plugin.ConnectResponse](m)
}
func (m misbehaving) Disconnect(context.Context, *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
	return wrong[plugin.DisconnectResponse](m)
}
func (m misbehaving) Authorize(context.Context, *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	return wrong[plugin.AuthorizeResponse](m)
}
func (m misbehaving) Check(context.Context, *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	return wrong[plugin.CheckResponse](m)
}
func (m misbehaving) Invoke(context.Context, *plugin.InvokeRequest, func(*plugin.Event) error) (*plugin.Result, error) {
	return wrong[plugin.Result](m)
}
func (m misbehaving) Options(context.Context, *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	return wrong[plugin.OptionsResponse](m)
}
func (m misbehaving) Usage(context.Context, *plugin.UsageRequest) (*plugin.UsageResponse, error) {
	return wrong[plugin.UsageResponse](m)
}
func (m misbehaving) Close(context.Context, *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	return wrong[plugin.CloseResponse](m)
}

// unreadable is an error that panics when it is read, as a nil pointer to most
// types of error does.
type unreadable struct{}

func (unreadable) Error() string { panic("secret-value") }

func TestEveryMethodIsGuarded(t *testing.T) {
	known := &plugin.Error{Kind: plugin.Conflict, Message: "no"}
	tests := []struct {
		name string
		do   func() error
		kind plugin.Kind
		say  string // in the message
		why  string
	}{
		{"panic", func() error { panic("secret-value") }, plugin.Internal, "panicked", "a panic is the call's error, not the process's death"},
		{"nil dereference", func() error { var p *plugin.Error; return p.Err }, plugin.Internal, "panicked", "the usual panic"},
		{"no answer", func() error { return nil }, plugin.Internal, "neither an answer nor an error", "the wire would dereference it"},
		{"plain error", func() error { return io.EOF }, plugin.Internal, "went wrong", "every error is a plugin.Error"},
		{"nil of our error type", func() error { var e *plugin.Error; return e }, plugin.Internal, "a nil *plugin.Error", "it is an error, and the wire dereferenced it"},
		{"nil of another error type", func() error { var e *os.PathError; return e }, plugin.Internal, "panicked", "its Error method dereferences it"},
		{"unreadable error", func() error { return unreadable{} }, plugin.Internal, "panicked", "the text of an error is the connector's code too"},
		{"unreadable cause", func() error { return errors.Join(known, unreadable{}) }, plugin.Conflict, "no", "what is known needs no text of the cause"},
		{"wrapped error", func() error { return errors.Join(io.EOF, known) }, plugin.Conflict, "no", "the kind is kept"},
		{"context", func() error { return context.DeadlineExceeded }, plugin.Deadline, "deadline", "a context's error is no defect"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			c := Connector(misbehaving{tt.do}, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelInfo})))
			iface := reflect.TypeFor[plugin.Connector]()
			for i := range iface.NumMethod() {
				method := iface.Method(i)
				args := []reflect.Value{reflect.ValueOf(t.Context()), reflect.New(method.Type.In(1).Elem())}
				if method.Type.NumIn() == 3 {
					args = append(args, reflect.Zero(method.Type.In(2)))
				}
				out := reflect.ValueOf(c).MethodByName(method.Name).Call(args)
				err, ok := out[1].Interface().(*plugin.Error)
				if !ok || err.Kind != tt.kind || !strings.Contains(err.Message, tt.say) || !out[0].IsNil() {
					t.Errorf("%s = %v, %v; want kind %v saying %q: %s", method.Name, out[0], out[1], tt.kind, tt.say, tt.why)
				}
				if ok && strings.Contains(err.Message+err.Detail+err.Hint+log.String(), "secret-value") {
					t.Errorf("%s shows the value of a panic outside the debug log: %+v", method.Name, err)
				}
			}
		})
	}
}

// TestStackBegins wants the frame that panicked right after the panic's type: a
// command shows the head of a detail, and half of it were frames of the guard.
func TestStackBegins(t *testing.T) {
	tests := []struct {
		name string
		do   func() error
		want string
		why  string
	}{
		{"panic", func() error { panic("x") }, "panic of type string\n" + here + "TestStackBegins.func", "the line that panics"},
		{"in a library", func() error { _ = strings.Repeat("x", -1); return nil }, "panic of type string\nstrings.Repeat(", "the author's line is the next"},
		{"nil dereference", func() error { var e *os.PathError; return e.Err }, "panic of type runtime.errorString\n" + here + "TestStackBegins.func", "the runtime panics for it"},
		{"unreadable error", func() error { return unreadable{} }, "panic of type string\n" + here + "unreadable.Error(", "the method that panics"},
		{"panicked again", func() error { defer func() { panic(recover()) }(); panic("x") }, "panic of type string\n" + here + "TestStackBegins.func", "the second is the one that is recovered"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Connector(misbehaving{tt.do}, slog.New(slog.DiscardHandler)).Check(t.Context(), &plugin.CheckRequest{})
			if detail := plugin.AsError(err).Detail; !strings.HasPrefix(detail, tt.want) || !strings.Contains(detail, "guard_test.go:") {
				t.Errorf("the detail is to begin with %q: %s\n%s", tt.want, tt.why, detail)
			}
		})
	}
}

// here is how a stack names what is in this package.
const here = "github.com/linkstep/linkstep/plugin/internal/guard."

// emitting is a connector that runs invoke as its one action.
type emitting struct {
	misbehaving
	invoke func(emit func(*plugin.Event) error) (*plugin.Result, error)
}

func (e emitting) Invoke(_ context.Context, _ *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	return e.invoke(emit)
}

func invoke(t *testing.T, emit func(*plugin.Event) error, action func(emit func(*plugin.Event) error) (*plugin.Result, error)) (*plugin.Result, error) {
	t.Helper()
	return Connector(emitting{invoke: action}, slog.New(slog.DiscardHandler)).Invoke(t.Context(), &plugin.InvokeRequest{Action: "a"}, emit)
}

func TestEmitAfterTheEnd(t *testing.T) {
	events := 0
	late := make(chan func(*plugin.Event) error, 1)
	_, err := invoke(t, func(*plugin.Event) error { events++; return nil }, func(emit func(*plugin.Event) error) (*plugin.Result, error) {
		late <- emit
		return &plugin.Result{}, emit(&plugin.Event{})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := (<-late)(&plugin.Event{}); plugin.KindOf(err) != plugin.Internal || events != 1 {
		t.Errorf("an event after the end gives %v and arrives: %t", err, events != 1)
	}
}

func TestEmitOneAtATime(t *testing.T) {
	var inside, worst, events int // without a lock: the race detector watches them
	_, err := invoke(t, func(*plugin.Event) error {
		inside++
		worst = max(worst, inside)
		events++
		inside--
		return nil
	}, func(emit func(*plugin.Event) error) (*plugin.Result, error) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 100 {
					_ = emit(&plugin.Event{})
				}
			})
		}
		wg.Wait()
		return &plugin.Result{}, nil
	})
	if err != nil || worst != 1 || events != 800 {
		t.Errorf("%d events arrived, up to %d at a time, %v; want 800, one at a time", events, worst, err)
	}
}

func TestEmitWithoutListener(t *testing.T) {
	for _, tt := range []struct {
		name  string
		event *plugin.Event
		want  plugin.Kind
		why   string
	}{
		{"event", &plugin.Event{}, plugin.Unknown, "nobody listens, nothing is wrong"},
		{"nil", nil, plugin.Internal, "the wire would dereference it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := invoke(t, nil, func(emit func(*plugin.Event) error) (*plugin.Result, error) {
				return &plugin.Result{}, emit(tt.event)
			})
			if plugin.KindOf(err) != tt.want {
				t.Errorf("error = %v, want %v: %s", err, tt.want, tt.why)
			}
		})
	}
}
