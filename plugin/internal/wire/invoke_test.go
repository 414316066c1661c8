package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

// document is a JSON string of so many tenths of a MiB.
func document(tenths int) json.RawMessage {
	doc := bytes.Repeat([]byte("x"), tenths<<20/10)
	doc[0], doc[len(doc)-1] = '"', '"'
	return doc
}

func TestMessageSize(t *testing.T) {
	ctx := t.Context()
	empty := &plugin.InvokeRequest{}
	ways := []struct {
		name   string
		call   func(r *recorder, doc json.RawMessage) (json.RawMessage, error) // returns what arrived
		effect plugin.Effect
		why    string
	}{
		{"input", func(r *recorder, doc json.RawMessage) (json.RawMessage, error) {
			if _, err := connect(t, r).Invoke(ctx, &plugin.InvokeRequest{Input: doc}, nil); err != nil {
				return nil, err
			}
			return r.got.(*plugin.InvokeRequest).Input, nil
		}, plugin.EffectNone, "nothing was sent, so an engine may try again with less"},
		{"output", func(r *recorder, doc json.RawMessage) (json.RawMessage, error) {
			r.give = &plugin.Result{Output: doc}
			res, err := connect(t, r).Invoke(ctx, empty, nil)
			if err != nil {
				return nil, err
			}
			return res.Output, nil
		}, plugin.EffectUnknown, "the action ran"},
		{"event", func(r *recorder, doc json.RawMessage) (json.RawMessage, error) {
			r.events = []*plugin.Event{{Type: plugin.EventPage, Items: []json.RawMessage{doc}}}
			var got json.RawMessage
			_, err := connect(t, r).Invoke(ctx, empty, func(e *plugin.Event) error {
				got = e.Items[0]
				return nil
			})
			return got, err
		}, plugin.EffectUnknown, "the connector passes on the error that its emit gave"},
		{"unary answer", func(r *recorder, doc json.RawMessage) (json.RawMessage, error) {
			r.give = &plugin.OptionsResponse{Options: []plugin.Option{{Value: doc}}}
			res, err := connect(t, r).Options(ctx, &plugin.OptionsRequest{})
			if err != nil {
				return nil, err
			}
			return res.Options[0].Value, nil
		}, plugin.EffectUnknown, "go-plugin's default is 4 MiB"},
		{"stored value", func(r *recorder, doc json.RawMessage) (json.RawMessage, error) {
			_, err := NewStoreClient(dial(t, func(s *grpc.Server) { RegisterStore(s, r) })).Swap(ctx, &plugin.SwapRequest{Value: doc})
			if err != nil {
				return nil, err
			}
			return r.got.(*plugin.SwapRequest).Value, nil
		}, plugin.EffectUnknown, "from the plugin to the host"},
	}
	for _, way := range ways {
		for _, tt := range []struct {
			tenths int
			passes bool
		}{{50, true}, {159, true}, {161, false}} {
			t.Run(fmt.Sprintf("%s of %.1f MiB", way.name, float64(tt.tenths)/10), func(t *testing.T) {
				doc := document(tt.tenths)
				got, err := way.call(new(recorder), doc)
				if tt.passes {
					if err != nil || !bytes.Equal(doc, got) {
						t.Errorf("arrived with %d of %d bytes, %v", len(got), len(doc), err)
					}
					return
				}
				var e *plugin.Error
				if !errors.As(err, &e) || e.Kind != plugin.TooLarge || e.Effect != way.effect {
					t.Errorf("error = %+v, want kind too_large with effect %s: %s", err, way.effect, way.why)
				}
			})
		}
	}
}

// TestAfterTooLarge calls again on the same connection: a refusal is the
// call's, not the connection's.
func TestAfterTooLarge(t *testing.T) {
	r := &recorder{give: &plugin.Result{Output: document(161)}}
	c := connect(t, r)
	if _, err := c.Invoke(t.Context(), &plugin.InvokeRequest{}, nil); plugin.KindOf(err) != plugin.TooLarge {
		t.Fatalf("error = %v, want too_large", err)
	}
	r.give = &plugin.Result{Output: json.RawMessage(`{}`)}
	if _, err := c.Invoke(t.Context(), &plugin.InvokeRequest{}, nil); err != nil {
		t.Errorf("the next call fails: %v", err)
	}
}

// script is a server that sends messages as they are.
type script struct {
	pb.UnimplementedConnectorServiceServer
	messages []*pb.InvokeResponse
	err      error
}

func (s *script) Invoke(_ *pb.InvokeRequest, stream grpc.ServerStreamingServer[pb.InvokeResponse]) error {
	for _, m := range s.messages {
		if err := stream.Send(m); err != nil {
			break
		}
	}
	return s.err
}

// TestTerminal plays peers that end an action in every way there is.
func TestTerminal(t *testing.T) {
	event := &pb.InvokeResponse{Kind: &pb.InvokeResponse_Event{Event: &pb.Event{Type: "notice"}}}
	result := &pb.InvokeResponse{Kind: &pb.InvokeResponse_Result{Result: &pb.Result{Output: []byte(`1`)}}}
	failed := &pb.InvokeResponse{Kind: &pb.InvokeResponse_Error{Error: &pb.Error{Kind: "conflict", Message: "no"}}}
	tests := []struct {
		name     string
		messages []*pb.InvokeResponse
		err      error
		want     plugin.Kind // Unknown: the result
		events   int
		why      string
	}{
		{"result", []*pb.InvokeResponse{event, result}, nil, plugin.Unknown, 1, "the ordinary end"},
		{"error", []*pb.InvokeResponse{event, failed}, nil, plugin.Conflict, 1, "the other ordinary end"},
		{"more after the result", []*pb.InvokeResponse{result, event, failed}, nil, plugin.Unknown, 0, "the first end is the end"},
		{"more after the error", []*pb.InvokeResponse{failed, result}, nil, plugin.Conflict, 0, "the first end is the end"},
		{"no end", []*pb.InvokeResponse{event}, nil, plugin.Internal, 1, "nobody knows how it went"},
		{"nothing", nil, nil, plugin.Internal, 0, "nobody knows how it went"},
		{"an empty message", []*pb.InvokeResponse{{}, result}, nil, plugin.Unknown, 0, "a newer peer has messages that we do not know"},
		{"an empty result", []*pb.InvokeResponse{{Kind: &pb.InvokeResponse_Result{Result: &pb.Result{}}}}, nil, plugin.Unknown, 0, "a peer in another language may leave all out"},
		{"transport", []*pb.InvokeResponse{event}, status.Error(codes.Unavailable, "gone"), plugin.PluginCrashed, 1, "as a dying process looks"},
		{"unknown call", nil, status.Error(codes.Unimplemented, "what"), plugin.PluginIncompatible, 0, "an older peer"},
		{"no status of ours", nil, status.Error(codes.DataLoss, "?"), plugin.Internal, 0, "a defect on the way"},
		{"canceled by the peer", nil, status.Error(codes.Canceled, "?"), plugin.PluginCrashed, 0, "the caller did not cancel, so it is not told that it did"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conn := dial(t, func(s *grpc.Server) {
				pb.RegisterConnectorServiceServer(s, &script{messages: tt.messages, err: tt.err})
			})
			events := 0
			res, err := NewConnectorClient(conn, nil).Invoke(t.Context(), &plugin.InvokeRequest{}, func(*plugin.Event) error {
				events++
				return nil
			})
			if (err == nil) != (tt.want == plugin.Unknown) || (res == nil) != (err != nil) || plugin.KindOf(err) != tt.want || events != tt.events {
				t.Errorf("Invoke = %v, %v after %d events; want %v after %d: %s", res, err, events, tt.want, tt.events, tt.why)
			}
		})
	}
}

// TestServerEnds reads what a served action sends: any number of events, then
// one result or error, and nothing more. Where that end is too large to send,
// the status of the stream says so.
func TestServerEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    *recorder
		want string
	}{
		{"result", &recorder{events: []*plugin.Event{{}, {}}}, "event event result EOF"},
		{"error", &recorder{events: []*plugin.Event{{}}, err: errors.New("x")}, "event error EOF"},
		{"result too large", &recorder{give: &plugin.Result{Output: document(161)}}, "ResourceExhausted"},
		{"event too large", &recorder{events: []*plugin.Event{{}, {Items: []json.RawMessage{document(161)}}}}, "event ResourceExhausted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn := dial(t, func(s *grpc.Server) { RegisterConnector(s, tt.r, nil) })
			stream, err := pb.NewConnectorServiceClient(conn).Invoke(t.Context(), &pb.InvokeRequest{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for len(got) < 10 {
				m, err := stream.Recv()
				if errors.Is(err, io.EOF) {
					got = append(got, "EOF")
					break
				}
				if err != nil {
					got = append(got, status.Code(err).String())
					break
				}
				switch m.Kind.(type) {
				case *pb.InvokeResponse_Event:
					got = append(got, "event")
				case *pb.InvokeResponse_Result:
					got = append(got, "result")
				case *pb.InvokeResponse_Error:
					got = append(got, "error")
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEmitErrorEndsTheCall(t *testing.T) {
	stop := errors.New("I have seen enough")
	ended := make(chan error, 1)
	c := connect(t, &recorder{invoke: func(ctx context.Context, emit func(*plugin.Event) error) (*plugin.Result, error) {
		for {
			if err := emit(&plugin.Event{Type: plugin.EventProgress}); err != nil {
				ended <- err
				return nil, err
			}
		}
	}})
	events := 0
	_, err := c.Invoke(t.Context(), &plugin.InvokeRequest{}, func(*plugin.Event) error {
		if events++; events == 3 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || events != 3 {
		t.Errorf("Invoke = %v after %d events, want the error of emit after 3", err, events)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the connector's emit gives %v, want a cancellation", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the connector goes on")
	}
}

// refusing is a stream that takes no message.
type refusing struct {
	grpc.ServerStream
	code codes.Code
}

func (s *refusing) SendMsg(any) error { return status.Error(s.code, "no") }

// TestEmitWithoutCaller has an event refused while the context of the call has
// not ended yet, as it is for a moment when a caller goes.
func TestEmitWithoutCaller(t *testing.T) {
	for code, want := range map[codes.Code]plugin.Kind{
		codes.Canceled: plugin.Canceled, codes.Unavailable: plugin.Canceled, codes.ResourceExhausted: plugin.TooLarge,
	} {
		t.Run(code.String(), func(t *testing.T) {
			var got error
			r := &recorder{invoke: func(_ context.Context, emit func(*plugin.Event) error) (*plugin.Result, error) {
				got = emit(&plugin.Event{Type: plugin.EventProgress})
				return nil, got
			}}
			conn := dial(t, func(s *grpc.Server) {
				RegisterConnector(s, r, func(uint32) (plugin.Store, error) { return nil, nil })
			}, grpc.ChainStreamInterceptor(func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
				return next(srv, &refusing{stream, code})
			}))
			_, _ = NewConnectorClient(conn, nil).Invoke(t.Context(), &plugin.InvokeRequest{}, nil)
			if plugin.KindOf(got) != want {
				t.Errorf("emit = %v, want %s", got, want)
			}
		})
	}
}

func TestContextCrosses(t *testing.T) {
	tests := []struct {
		name string
		ctx  func(context.Context) (context.Context, context.CancelFunc)
		want error
		kind plugin.Kind
	}{
		{"cancel", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(20*time.Millisecond, cancel)
			return ctx, cancel
		}, context.Canceled, plugin.Canceled},
		{"deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 20*time.Millisecond)
		}, context.DeadlineExceeded, plugin.Deadline},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seen := make(chan error, 1)
			c := connect(t, &recorder{invoke: func(ctx context.Context, _ func(*plugin.Event) error) (*plugin.Result, error) {
				<-ctx.Done()
				seen <- plugin.AsError(fmt.Errorf("reading: %w", ctx.Err()))
				return nil, ctx.Err()
			}})
			ctx, cancel := tt.ctx(t.Context())
			defer cancel()
			start := time.Now()
			_, err := c.Invoke(ctx, &plugin.InvokeRequest{}, nil)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("the call returned after %s", took)
			}
			if !errors.Is(err, tt.want) || plugin.KindOf(err) != tt.kind {
				t.Errorf("the caller sees %v, want %v", err, tt.want)
			}
			// At a deadline the caller hangs up too, and the connector may hear
			// of that first.
			if err := <-seen; !errors.Is(err, tt.want) && !errors.Is(err, context.Canceled) {
				t.Errorf("the connector sees %v, want %v", err, tt.want)
			}
		})
	}
}

// TestDeadlineIsTheSame wants the caller's deadline in the connector's
// context, to the accuracy of gRPC's timeout header.
func TestDeadlineIsTheSame(t *testing.T) {
	var got time.Time
	c := connect(t, &recorder{invoke: func(ctx context.Context, _ func(*plugin.Event) error) (*plugin.Result, error) {
		got, _ = ctx.Deadline()
		return &plugin.Result{}, nil
	}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := c.Invoke(ctx, &plugin.InvokeRequest{}, nil); err != nil {
		t.Fatal(err)
	}
	want, _ := ctx.Deadline()
	if off := got.Sub(want).Abs(); off > time.Second {
		t.Errorf("deadline in the connector = %s, the caller's is %s", got, want)
	}
}

func TestConnectionClosedUnderTheCall(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	defer close(leave)
	conn := dial(t, func(s *grpc.Server) {
		RegisterConnector(s, &recorder{invoke: func(context.Context, func(*plugin.Event) error) (*plugin.Result, error) {
			close(entered)
			<-leave
			return &plugin.Result{}, nil
		}}, nil)
	})
	go func() { <-entered; _ = conn.Close() }()
	_, err := NewConnectorClient(conn, nil).Invoke(t.Context(), &plugin.InvokeRequest{}, nil)
	if plugin.KindOf(err) != plugin.PluginCrashed || errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want plugin_crashed: the caller did not cancel", err)
	}
}

func TestNewerPeer(t *testing.T) {
	got := errorFromPB(&pb.Error{Kind: "sold_out", Message: "no", Detail: "d"})
	if got.Kind != plugin.Unknown || got.Message != "no" || got.Detail != `no such error kind: "sold_out"; d` {
		t.Errorf("error of an unknown kind = %+v", got)
	}
}

func TestBadDescription(t *testing.T) {
	conn := dial(t, func(s *grpc.Server) { pb.RegisterConnectorServiceServer(s, badDescriber{}) })
	_, err := NewConnectorClient(conn, nil).Describe(t.Context(), &plugin.DescribeRequest{})
	if plugin.KindOf(err) != plugin.PluginIncompatible {
		t.Errorf("error = %v, want plugin_incompatible", err)
	}
}

type badDescriber struct {
	pb.UnimplementedConnectorServiceServer
}

func (badDescriber) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return &pb.DescribeResponse{Description: []byte("{")}, nil
}
