package connector

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/connector/retry"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// attemptsEnd is how a request ends that fails the same way at each attempt.
type attemptsEnd struct {
	Attempts, Retries, Waits int // as meta tells them
	Kind                     plugin.Kind
	Effect                   plugin.Effect
	Later                    bool // it may be repeated, at a time that is told
}

// Who repeats a request, and who must not: every failure of LinkedIn's, for a
// read, a write that may happen twice and one that may not, with time to wait
// and without. The actions are all reads, so it is tried below them.
func TestAttempts(t *testing.T) {
	const (
		nobody  = iota // it would end the same way
		careful        // reads, and writes that may happen twice
		all            // it was not done
	)
	throttled := func(message string) sandbox.Fault {
		return sandbox.Fault{Status: 429, Body: fmt.Sprintf(`{"status":429,"serviceErrorCode":101,"code":"TOO_MANY_REQUESTS","message":%q}`, message)}
	}
	for _, tt := range []struct {
		name, why string
		fault     sandbox.Fault
		repeats   int
		kind      plugin.Kind
		done      plugin.Effect // of a write
	}{
		{"429, day of the application", "nothing but midnight helps", throttled("Resource level throttle APPLICATION DAY limit for calls to this resource is reached."), nobody, plugin.QuotaExhausted, plugin.EffectNone},
		{"429, day of the member", "nothing but midnight helps", throttled("Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls to this resource is reached."), nobody, plugin.QuotaExhausted, plugin.EffectNone},
		{"429, burst", "refused before it was done", throttled("Resource level throttle limit for calls to this resource is reached."), all, plugin.RateLimited, plugin.EffectNone},
		{"429, comments", "a limit of a minute", sandbox.Fault{Status: 429, Body: `{"message":"Comment create throttled: creation rate limit exceeded for member"}`}, all, plugin.RateLimited, plugin.EffectNone},
		{"500", "a write may have happened", sandbox.Fault{Status: 500}, careful, plugin.Unavailable, plugin.EffectUnknown},
		{"501", "it stays", sandbox.Fault{Status: 501}, nobody, plugin.BadUpstream, plugin.EffectNone},
		{"502", "a write may have happened", sandbox.Fault{Status: 502}, careful, plugin.Unavailable, plugin.EffectUnknown},
		{"503", "a gateway may say so of a write that went through", sandbox.Fault{Status: 503}, careful, plugin.Unavailable, plugin.EffectUnknown},
		{"504", "a write may have happened", sandbox.Fault{Status: 504}, careful, plugin.Timeout, plugin.EffectUnknown},
		{"reset", "a write may have happened", sandbox.Fault{Reset: true}, careful, plugin.Unavailable, plugin.EffectUnknown},
		{"stall", "a write may have happened", sandbox.Fault{Stall: time.Minute}, careful, plugin.Timeout, plugin.EffectUnknown},
		{"truncated", "what was done is not known", sandbox.Fault{Status: 200, Body: `{"elements":[]}` + strings.Repeat(" ", 1000), Truncate: true}, careful, plugin.Unavailable, plugin.EffectUnknown},
	} {
		for kind, may := range map[string]int{"read": careful, "idempotent write": careful, "write": all} {
			for _, near := range []bool{false, true} {
				name := fmt.Sprintf("%s/%s/deadline near %t", tt.name, kind, near)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					repeated := tt.repeats >= may
					want := attemptsEnd{Attempts: 1, Kind: tt.kind, Effect: plugin.EffectNone}
					if kind != "read" {
						want.Effect = tt.done
					}
					// Limits of LinkedIn tell a time in any case; what may have been
					// done must not be done again without a look.
					want.Later = tt.kind == plugin.QuotaExhausted || tt.kind == plugin.RateLimited
					switch {
					case repeated && near:
						want.Later = want.Effect == plugin.EffectNone
					case repeated:
						want.Attempts, want.Retries, want.Waits = 3, 2, 2
					}
					fault := tt.fault
					fault.Times = -1
					if diff := cmp.Diff(want, attemptTo(t, kind, fault, near)); diff != "" {
						t.Errorf("%s (-want +got):\n%s", tt.why, diff)
					}
				})
			}
		}
	}
}

// attemptTo makes a request to a sandbox that fails, and tells what came of it.
func attemptTo(t *testing.T, kind string, fault sandbox.Fault, near bool) attemptsEnd {
	t.Helper()
	srv, err := sandbox.Start(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if err := srv.Fail(fault); err != nil {
		t.Fatal(err)
	}
	host, err := url.Parse(srv.URL())
	if err != nil {
		t.Fatal(err)
	}
	clock, err := newClock(t.Context(), &state{}, slog.New(slog.DiscardHandler), host.Host)
	if err != nil {
		t.Fatal(err)
	}
	base := newBase()
	defer base.CloseIdleConnections()
	wire := &wire{base: base, host: host, clock: clock, timeout: 30 * time.Second}
	if fault.Stall > 0 {
		wire.timeout = 50 * time.Millisecond
	}
	var end attemptsEnd
	opts := &retry.Options{
		MaxAttempts: 3, BaseDelay: 1, LongestWait: 1e6 * time.Hour,
		Notify: tellWait,
	}
	m := &meter{emit: func(e *plugin.Event) error {
		if e.Type == plugin.EventWaiting {
			end.Waits++
		}
		return nil
	}}
	ctx := withAttempts(context.WithValue(t.Context(), meterKey{}, m))
	if near { // no wait is short enough
		opts.BaseDelay, opts.MaxDelay = 1e6*time.Hour, 1e6*time.Hour
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
	}
	method := map[string]string{"read": "GET", "idempotent write": "PUT", "write": "POST"}[kind]
	req, err := http.NewRequestWithContext(ctx, method, host.JoinPath("/rest/posts").String(), strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := retry.Transport(wire, opts).RoundTrip(req)
	if err == nil {
		defer resp.Body.Close()
		err = restli.ReadErrorResponse(resp)
	}
	e := classify(err, &situation{target: targetSearch, write: kind != "read", now: clock.now(), ended: ctx.Err()})
	meta, _ := m.finish()
	end.Attempts, end.Retries = meta.UpstreamCalls, meta.Retries
	end.Kind, end.Effect, end.Later = e.Kind, e.Effect, e.RetryAt != nil && e.Retryable
	return end
}
