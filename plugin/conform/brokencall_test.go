package conform_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
)

type emitter = func(*plugin.Event) error

// invoking replaces what an action does.
func invoking(invoke func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error)) func(*notes) plugin.Connector {
	return func(good *notes) plugin.Connector {
		return &faulty{Connector: good, invoke: func(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
			return invoke(ctx, good, req, emit)
		}}
	}
}

// resulting changes good results.
func resulting(change func(req *plugin.InvokeRequest, res *plugin.Result)) func(*notes) plugin.Connector {
	return invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
		res, err := good.Invoke(ctx, req, emit)
		if err == nil {
			change(req, res)
		}
		return res, err
	})
}

// failing changes errors.
func failing(change func(req *plugin.InvokeRequest, err error) error) func(*notes) plugin.Connector {
	return invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
		res, err := good.Invoke(ctx, req, emit)
		if err != nil {
			return nil, change(req, err)
		}
		return res, nil
	})
}

func brokenCalls() []broken {
	return slices.Concat(brokenAnswers(), brokenCancellations())
}

func brokenAnswers() []broken {
	return []broken{
		{
			name: "an output with a wrong type",
			build: resulting(func(req *plugin.InvokeRequest, res *plugin.Result) {
				if req.Action == "add_note" {
					res.Output = json.RawMessage(`{"id": "8", "title": "New"}`)
				}
			}),
			failed: "wire: add_note, example 1, gives an output that fits", why: "at '/id': got string, want integer",
		}, {
			name: "a panic in an action",
			build: resulting(func(req *plugin.InvokeRequest, _ *plugin.Result) {
				if req.Action == "add_note" {
					panic("no room for notes")
				}
			}),
			failed: "wire: add_note, example 1, gives an output that fits", why: "panicked in Invoke of add_note",
		}, {
			name: "neither a result nor an error",
			build: invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				if req.Action == "add_note" {
					return nil, nil
				}
				return good.Invoke(ctx, req, emit)
			}),
			failed: "wire: add_note, example 1, gives an output that fits", why: "neither",
		}, {
			name: "a small buffer for inputs", way: "in-process",
			build: invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				if len(req.Input) > 100<<10 {
					return nil, failed(plugin.TooLarge, plugin.SourceUser, "the input is too large", "Give less.")
				}
				return good.Invoke(ctx, req, emit)
			}),
			failed: "wire: inputs from 1 KiB to 1 MiB arrive", why: "one of 1024 KiB was not taken",
		}, {
			name: "one call at a time",
			build: func(good *notes) plugin.Connector {
				var one sync.Mutex
				return invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
					if req.Action != "get_note" {
						return good.Invoke(ctx, req, emit)
					}
					if !one.TryLock() {
						if ctx.Err() != nil || strings.Contains(string(req.Input), "{\"id\": 1}") && good.calls > 30 {
							return good.Invoke(ctx, req, emit)
						}
						return nil, failed(plugin.InvalidInput, plugin.SourceConnector, "another call is running", "Wait for it.")
					}
					defer one.Unlock()
					return good.Invoke(ctx, req, emit)
				})(good)
			},
			failed: "wire: calls at the same time are answered each", why: "another call is running",
		}, {
			name: "integers through a float", way: "in-process",
			build: resulting(func(req *plugin.InvokeRequest, res *plugin.Result) {
				var out map[string]any
				if req.Action == "get_note" && json.Unmarshal(res.Output, &out) == nil {
					res.Output = json.RawMessage(fmt.Sprintf(`{"id": %.0f, "title": %q}`, out["id"], out["title"]))
				}
			}),
			failed: "wire: integers above 2^53 survive", why: "get_note took id as 9007199254740993 and said",
		}, {
			name:   "a meta that does not add up",
			build:  resulting(func(_ *plugin.InvokeRequest, res *plugin.Result) { res.Meta.Retries = 7 }),
			failed: "wire: the meta of a result adds up", why: "get_note, example 1: 7 retries of 1 calls",
		}, {
			name: "a key that nobody records",
			build: invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				forgetful := *req
				forgetful.IdempotencyKey = rand.Text()
				return good.Invoke(ctx, &forgetful, emit)
			}),
			failed: "wire: a keyed action is done once for each key", why: `add_note was called twice with one idempotency key, and gave {"id":9,"title":"New"} and then {"id":10,`,
		}, {
			name: "any action is the last one", way: "in-process",
			build: invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				if strings.HasPrefix(req.Action, "conform") {
					return good.write(ctx, "any")
				}
				return good.Invoke(ctx, req, emit)
			}),
			failed: "wire: an action that there is not is refused", why: "gave no error",
		}, {
			name: "any connection is the first one", way: "in-process",
			build: failing(func(req *plugin.InvokeRequest, err error) error {
				if req.Connection == "conform-no-such-connection" {
					return failed(plugin.NotFound, plugin.SourceUser, "not found", "Look elsewhere.")
				}
				return err
			}),
			failed: "wire: a connection that there is not is refused", why: "not of kind unknown_name: not_found",
		}, {
			name: "choices that cannot be chosen",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, options: func(ctx context.Context, req *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
					res, err := good.Options(ctx, req)
					if err == nil {
						res.Options[0].Value = json.RawMessage(`"Note 1"`)
					}
					return res, err
				}}
			},
			failed: "wire: the choices of a field are listed", why: "choice 1 of /id cannot be chosen",
		}, {
			name: "choices that are only promised",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, options: func(context.Context, *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
					return nil, failed(plugin.InvalidInput, plugin.SourceUser, "no choices yet", "Type a value.")
				}}
			},
			failed: "wire: the choices of a field are listed", why: "no field has choices",
		},
	}
}

func brokenCancellations() []broken {
	return []broken{
		{
			name: "a cancellation is not heeded",
			build: invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				res, err := good.Invoke(context.WithoutCancel(ctx), req, emit)
				if ctx.Err() != nil {
					time.Sleep(1500 * time.Millisecond) // still at work
				}
				return res, err
			}),
			failed: "cancel and deadline: a canceled call ends as canceled", why: "went on for more than 1s",
		}, {
			name: "a cancellation is an outage",
			build: failing(func(_ *plugin.InvokeRequest, err error) error {
				if errors.Is(err, context.Canceled) {
					return failed(plugin.Unavailable, plugin.SourceUpstream, "the vendor does not answer", "Try later.")
				}
				return err
			}),
			failed: "cancel and deadline: a canceled call ends as canceled", why: "not of kind canceled: unavailable",
		}, {
			name: "a deadline is an outage",
			build: invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				deadline, _ := ctx.Deadline()
				late := time.Since(deadline) > 900*time.Millisecond // a case of its own
				if req.Action == "get_note" && !late {              // so long that its deadline does not pass before it begins
					select {
					case <-time.After(200 * time.Millisecond):
					case <-ctx.Done():
					}
				}
				res, err := good.Invoke(ctx, req, emit)
				if errors.Is(err, context.DeadlineExceeded) && !late {
					return nil, failed(plugin.Unavailable, plugin.SourceUpstream, "the vendor does not answer", "Try later.")
				}
				return res, err
			}),
			failed: "cancel and deadline: a call ends at its deadline", why: "not of kind deadline: unavailable",
		}, {
			name: "a call after its deadline is made",
			build: invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				if ctx.Err() != nil {
					ctx = context.WithoutCancel(ctx)
				}
				return good.Invoke(ctx, req, emit)
			}),
			failed: "cancel and deadline: a deadline in the past is refused at once", why: "gave no error",
		}, {
			name: "callers joined in the context of the first", way: "in-process",
			build:  joining,
			failed: "cancel and deadline: one caller's cancellation is not another's", why: "context.WithoutCancel",
		}, {
			name: "a lock that a cancellation leaves",
			build: func(good *notes) plugin.Connector {
				lock, over := make(chan struct{}, 1), make(chan struct{})
				locking := invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
					if req.Action != "list_notes" {
						return good.Invoke(ctx, req, emit)
					}
					select {
					case lock <- struct{}{}:
					case <-over: // or the goroutine would be left for ever
					}
					res, err := good.Invoke(ctx, req, emit)
					if errors.Is(err, context.Canceled) {
						return nil, err // and the lock stays
					}
					<-lock
					return res, err
				})
				return &faulty{Connector: locking(good), close: func(context.Context) { close(over) }}
			},
			opts:   func(opts *conform.Options) { opts.Timeout = 2 * time.Second },
			failed: "cancel and deadline: the connector answers after a cancellation", why: "list_notes did not answer within 2s",
		},
	}
}

// joining makes one call of equal ones that are made at the same time, in the
// context of whoever came first.
func joining(good *notes) plugin.Connector {
	type flight struct {
		done chan struct{}
		res  *plugin.Result
		err  error
	}
	var mu sync.Mutex
	flights := map[string]*flight{}
	return invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
		key := req.Action + req.Connection + string(req.Input)
		mu.Lock()
		f := flights[key]
		if f == nil {
			f = &flight{done: make(chan struct{})}
			flights[key] = f
			mu.Unlock()
			f.res, f.err = good.Invoke(ctx, req, emit)
			mu.Lock()
			delete(flights, key)
			mu.Unlock()
			close(f.done)
			return f.res, f.err
		}
		mu.Unlock()
		select {
		case <-f.done:
			return f.res, f.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})(good)
}
