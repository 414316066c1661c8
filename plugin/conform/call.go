package conform

import (
	"context"
	"encoding/json"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// endWithin is how long a call may go on after its context has ended.
const endWithin = time.Second

// within runs a call that must end: after limit its context ends, and
// endWithin later it is given up. A call that did not heed the limit makes the
// subject stuck, as whatever is asked next would wait as long.
func within[T any](ctx context.Context, s *subject, call string, limit time.Duration, f func(context.Context) (T, error)) (T, error) {
	var none T
	if s.stuck != "" {
		return none, notRun("the connector is not asked any more: %s", s.stuck)
	}
	start := time.Now()
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	type answer struct {
		out T
		err error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if v := recover(); v != nil {
				a.err = faultf("Return either an answer or an error, and nothing that is half one.", "%s gave what a host cannot work with: %v", call, v)
			}
			done <- a
		}()
		a.out, a.err = f(limited)
	}()
	var a answer
	select {
	case a = <-done:
	case <-limited.Done():
		timer := time.NewTimer(endWithin)
		defer timer.Stop()
		select {
		case a = <-done:
		case <-timer.C:
			if ctx.Err() == nil {
				s.stuck = call + " did not answer within " + limit.String() + ", nor when it was canceled then"
				return none, faultf(heedAdvice, "%s", s.stuck)
			}
			s.heedless = true
			return none, faultf(heedAdvice, "%s went on for more than %s after its context had ended", call, endWithin)
		}
	}
	if a.err != nil && ctx.Err() == nil && time.Since(start) > limit*9/10 { // gRPC may end it a little earlier
		s.stuck = call + " did not answer within " + limit.String()
		return none, faultf("Find what it waits for, or allow more time.", "%s: %s", s.stuck, say(a.err))
	}
	return a.out, a.err
}

const heedAdvice = "Pass ctx on to everything that waits, and return ctx.Err() when it has ended."

// invoke runs an action as the host does for an engine. Emit may be nil.
func (s *subject) invoke(ctx context.Context, conn *host.Connection, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	return s.act(ctx, req, emit, func(ctx context.Context, emit func(*plugin.Event) error) (*plugin.Result, error) {
		return s.plugin.Invoke(ctx, conn, req, emit)
	})
}

// stream runs an action and passes pages on as events.
func (s *subject) stream(ctx context.Context, conn *host.Connection, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	return s.act(ctx, req, emit, func(ctx context.Context, emit func(*plugin.Event) error) (*plugin.Result, error) {
		return s.plugin.Stream(ctx, conn, req, emit)
	})
}

func (s *subject) act(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error,
	run func(context.Context, func(*plugin.Event) error) (*plugin.Result, error)) (*plugin.Result, error) {
	res, err := within(ctx, s, req.Action, s.opts.Timeout, func(ctx context.Context) (*plugin.Result, error) {
		return run(ctx, func(e *plugin.Event) error {
			s.seen.value("an event of "+req.Action, e)
			if emit == nil {
				return nil
			}
			return emit(e)
		})
	})
	s.seen.failure(req.Action, err)
	if err != nil {
		return nil, err
	}
	if res == nil {
		return nil, noAnswer(req.Action)
	}
	s.seen.text("the result of "+req.Action, string(res.Output))
	s.seen.value("the meta of a result of "+req.Action, res.Meta)
	return res, nil
}

func noAnswer(call string) error {
	return faultf("Return either an answer or an error.", "%s returned neither an answer nor an error", call)
}

func (s *subject) check(ctx context.Context, conn *host.Connection) (*plugin.CheckResponse, error) {
	return ask(ctx, s, "Check", func(ctx context.Context) (*plugin.CheckResponse, error) {
		return s.plugin.Check(ctx, conn, &plugin.CheckRequest{})
	})
}

func (s *subject) usage(ctx context.Context, conn *host.Connection) (*plugin.UsageResponse, error) {
	return ask(ctx, s, "Usage", func(ctx context.Context) (*plugin.UsageResponse, error) {
		return s.plugin.Usage(ctx, conn)
	})
}

func (s *subject) options(ctx context.Context, conn *host.Connection, req *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	return ask(ctx, s, "Options", func(ctx context.Context) (*plugin.OptionsResponse, error) {
		return s.plugin.Options(ctx, conn, req)
	})
}

func (s *subject) disconnect(ctx context.Context, conn *host.Connection) error {
	_, err := ask(ctx, s, "Disconnect", func(ctx context.Context) (*plugin.DisconnectResponse, error) {
		return &plugin.DisconnectResponse{}, s.plugin.Disconnect(ctx, conn)
	})
	return err
}

func (s *subject) authorize(ctx context.Context, conn *host.Connection, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	return ask(ctx, s, "Authorize", func(ctx context.Context) (*plugin.AuthorizeResponse, error) {
		return s.plugin.Authorize(ctx, conn, req)
	})
}

// ask runs a call that is no action and records its answer.
func ask[T any](ctx context.Context, s *subject, call string, f func(context.Context) (*T, error)) (*T, error) {
	res, err := within(ctx, s, call, s.opts.Timeout, f)
	s.seen.failure(call, err)
	if err != nil {
		return nil, err
	}
	if res == nil {
		return nil, noAnswer(call)
	}
	s.seen.value("the answer of "+call, res)
	return res, nil
}

// input is the request of an action with an input.
func input(action string, in json.RawMessage) *plugin.InvokeRequest {
	return &plugin.InvokeRequest{Action: action, Input: in, IdempotencyKey: newCanary()}
}
