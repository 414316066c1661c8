package retry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	goretry "github.com/sethvargo/go-retry"
)

// call is one request with its attempts.
type call struct {
	*repeater
	req *http.Request

	attempts int
	written  bool // any attempt was

	// The last attempt, until the next one begins.
	resp *http.Response
	head []byte // of resp's body, when it is an error
	err  error
	rule rule

	late time.Time // when the next attempt would be, if that is too late or the breaker is open until then
}

// errAgain tells go-retry to go on; it is never returned.
var errAgain = errors.New("again")

// do makes attempts until one is final, their number is used up, or the next
// one would be too late.
func (c *call) do() (*http.Response, error) {
	ctx := c.req.Context()
	_, err := goretry.DoValue(ctx, c.backoff(ctx), c.attempt)
	switch {
	case c.attempts == 0: // base has not seen the body
		if c.req.Body != nil {
			c.req.Body.Close()
		}
		if !c.late.IsZero() { // the breaker is open
			return nil, c.waitError()
		}
		return nil, &Error{Err: endOf(ctx, err)}
	case !c.late.IsZero():
		return nil, c.waitError()
	case err != nil && !errors.Is(err, errAgain): // ctx ended in a wait
		c.discard()
		return nil, &Error{Attempts: c.attempts, Written: c.written, Err: endOf(ctx, err)}
	case c.err != nil:
		return nil, &Error{Attempts: c.attempts, Written: c.written, Err: c.err}
	}
	return c.resp, nil
}

// attempt sends the request. Its error says only whether to go on: what
// happened is in c.
func (c *call) attempt(ctx context.Context) (struct{}, error) {
	term, until := c.opts.Breaker.admit()
	if !until.IsZero() {
		if c.late = until; c.attempts == 0 {
			c.rule.reason = Resting
		}
		return struct{}{}, nil
	}
	req, err := c.next()
	if err != nil { // the body cannot be had again: the last outcome stands
		c.opts.Breaker.report(term, neither)
		return struct{}{}, nil
	}
	c.discard()
	c.attempts++
	var t trace
	c.resp, c.err = c.base.RoundTrip(req.WithContext(t.on(ctx)))
	c.head = nil
	if c.err == nil {
		c.head = peek(c.resp)
	}
	c.written = c.written || t.written.Load()
	c.rule = ruleFor(&t, c.resp, c.head, c.err)
	if c.err != nil && ctx.Err() != nil {
		c.opts.Breaker.report(term, neither)
		return struct{}{}, nil
	}
	c.opts.Breaker.report(term, c.rule.tells)
	if !c.rule.applies(c.req) || !replayable(c.req) || c.rule.once && c.attempts > 1 {
		return struct{}{}, nil
	}
	return struct{}{}, goretry.RetryableError(errAgain)
}

// next is the request for the next attempt.
func (c *call) next() (*http.Request, error) {
	if c.attempts == 0 || c.req.GetBody == nil {
		return c.req, nil
	}
	body, err := c.req.GetBody()
	if err != nil {
		return nil, err
	}
	req := c.req.Clone(c.req.Context())
	req.Body = body
	return req, nil
}

// backoff is the state of one call: how long to wait, and whether at all.
func (c *call) backoff(ctx context.Context) goretry.Backoff {
	b := goretry.NewExponential(c.opts.BaseDelay)
	b = goretry.WithCappedDuration(c.opts.MaxDelay, b)
	b = goretry.WithFullJitter(b)
	b = goretry.WithMaxRetries(uint64(max(c.opts.MaxAttempts, 1)-1), b)
	return goretry.BackoffFunc(func() (time.Duration, bool) {
		wait, stop := b.Next()
		if stop {
			return 0, true
		}
		w := Wait{Attempt: c.attempts, Reason: c.rule.reason}
		if c.resp != nil {
			w.Status = c.resp.StatusCode
			wait = max(wait, retryAfter(c.resp))
		}
		w.Until = time.Now().Add(wait)
		if until := c.opts.Breaker.openUntil(); until.After(w.Until) {
			c.late = until
			return 0, true
		}
		if deadline, ok := ctx.Deadline(); ok && !w.Until.Before(deadline) || wait > c.opts.LongestWait {
			c.late = w.Until
			return 0, true
		}
		if c.opts.Again != nil && !c.opts.Again(ctx) || !c.opts.Budget.take() {
			return 0, true
		}
		if c.opts.Notify != nil {
			c.opts.Notify(ctx, w)
		}
		return wait, false
	})
}

// waitError keeps what is known of the last attempt, and ends it.
func (c *call) waitError() error {
	e := &WaitError{RetryAt: c.late, Reason: c.rule.reason, Attempts: c.attempts, Written: c.written, Err: c.err}
	if c.resp != nil {
		e.Status, e.Header, e.Body = c.resp.StatusCode, c.resp.Header, c.head
	}
	c.discard()
	return e
}

func (c *call) discard() {
	if c.resp != nil {
		discard(c.resp)
		c.resp = nil
	}
}

// endOf is the error of a context that has ended. go-retry gives the cause,
// which need not say that it was a cancellation.
func endOf(ctx context.Context, cause error) error {
	if err := ctx.Err(); err != nil && !errors.Is(cause, err) {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return cause
}

// replayable reports whether a request can be sent again.
func replayable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}
