package connector_test

import (
	"context"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// wantRetryAfter fails unless an error names a moment within minutes after one
// of LinkedIn's clock, by the clock of this machine. The clocks are known to
// two seconds.
func (b *bench) wantRetryAfter(e *plugin.Error, resets time.Time) {
	b.t.Helper()
	const noise = 3 * time.Second
	here := resets.Add(-time.Until(b.srv.Now()))
	if e.RetryAt == nil || e.RetryAt.Before(here.Add(-noise)) || e.RetryAt.After(here.Add(5*time.Minute+noise)) {
		b.t.Errorf("to be repeated at %v, want %v and a bit, which is %v at LinkedIn", e.RetryAt, here, resets)
	}
}

// All that tells when to come back goes by the clock of this machine, whatever
// the time is at LinkedIn, and however the step has ended.
func TestRetryAtIsOfThisMachine(t *testing.T) {
	t.Parallel()
	burst := sandbox.Fault{Status: 429, Times: -1, Body: `{"status":429,"message":"Resource level throttle limit for calls to this resource is reached."}`}
	after := func(seconds string) sandbox.Fault {
		f := burst
		f.Header = map[string][]string{"Retry-After": {seconds}}
		return f
	}
	for _, tt := range []struct {
		name    string
		retries int
		within  time.Duration
		fault   sandbox.Fault
	}{
		{"attempts used up at once", 0, 0, burst},
		{"attempts used up, after a wait", 1, 0, burst},
		{"a wait that is too long for the caller", 3, 10 * time.Second, after("30")},
		{"a wait that LinkedIn asks for", 3, 0, after("90")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := login(t, sandbox.PartnerClient, map[string]any{"max_retries": tt.retries})
			b.srv.SetClock(time.Now().Add(10 * time.Hour))
			b.deepCheck() // lets the clock be seen
			if err := b.srv.Fail(tt.fault); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := t.Context(), context.CancelFunc(func() {})
			if tt.within > 0 {
				ctx, cancel = context.WithTimeout(ctx, tt.within)
			}
			defer cancel()
			near := func(at *time.Time) bool {
				return at != nil && time.Until(*at).Abs() < 10*time.Minute
			}
			_, err := b.plugin.Invoke(ctx, b.conn, &plugin.InvokeRequest{Action: "get_profile", Input: []byte(`{"max_age_seconds":0}`)}, func(e *plugin.Event) error {
				if e.Type == plugin.EventWaiting && !near(e.Until) {
					t.Errorf("it waits until %v, and here it is %v", e.Until, time.Now())
				}
				return nil
			})
			if e := plugin.AsError(err); e == nil || e.Kind != plugin.RateLimited || !near(e.RetryAt) {
				t.Errorf("here it is %v, error %s", time.Now(), detailed(err))
			}
		})
	}
}
