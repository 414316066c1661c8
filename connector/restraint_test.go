package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// as runs an action for somebody.
func (b *bench) as(p plugin.Priority, action, input string) error {
	b.t.Helper()
	_, err := b.plugin.Invoke(b.t.Context(), b.conn, &plugin.InvokeRequest{Action: action, Input: []byte(input), Priority: p}, nil)
	return err
}

func TestBackgroundLeavesTheReserve(t *testing.T) {
	limits := []any{map[string]any{"endpoint": "GET /v2/userinfo", "scope": "member", "calls_per_day": 4}} // the login spends one
	for _, tt := range []struct {
		name, why  string
		reserve    any
		background int // calls
	}{
		{"default", "a tenth of 4 is a part of a call, and that is one", nil, 2},
		{"half", "as the setting says", 50, 1},
		{"none", "nothing is kept", 0, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, sandbox.PartnerClient, map[string]any{"limits": limits, "reserve_percent": tt.reserve})
			fresh := `{"max_age_seconds":0}`
			var err error
			calls := 0
			for ; err == nil && calls < 9; calls++ {
				err = b.as(plugin.Background, "get_profile", fresh)
			}
			e := plugin.AsError(err)
			if calls-1 != tt.background || e.Kind != plugin.QuotaExhausted || e.RetryAt == nil {
				t.Fatalf("%s: %d background calls, then %s; want %d", tt.why, calls-1, detailed(err), tt.background)
			}
			for range 3 - tt.background {
				if !strings.Contains(e.Message, "kept for people") || !strings.Contains(e.Hint, "reserve_percent") {
					t.Errorf("refused with %s, want the reserve named", detailed(err))
				}
				if err := b.as(plugin.Interactive, "get_profile", fresh); err != nil {
					t.Errorf("a person is refused: %s", detailed(err))
				}
			}
			if err := b.as(plugin.Interactive, "get_profile", fresh); plugin.KindOf(err) != plugin.QuotaExhausted || len(b.paths()) != 3 {
				t.Errorf("the limit itself: %v after %d calls", err, len(b.paths()))
			}
		})
	}
}

// Steps that wait for midnight do not all come back at the same moment.
func TestRetryAtIsSpread(t *testing.T) {
	b := login(t, sandbox.PartnerClient, map[string]any{"limits": []any{
		map[string]any{"endpoint": "GET /v2/userinfo", "scope": "member", "calls_per_day": 1},
	}})
	moments := map[time.Time]bool{}
	for range 5 {
		e := b.refused("get_profile", `{"max_age_seconds":0}`)
		b.wantRetryAfter(e, midnight)
		moments[*e.RetryAt] = true
	}
	if len(moments) < 2 {
		t.Error("five refusals name the same moment")
	}
}

// A LinkedIn that has stopped answering is left alone.
func TestLinkedInIsLeftAlone(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.Fail(sandbox.Fault{Status: 503, Times: -1})
	for range 10 {
		b.refused("get_profile", `{}`)
	}
	e := b.refused("search_people", `{"keywords":"engineer"}`)
	if e.Kind != plugin.Unavailable || !e.Retryable || e.RetryAt == nil || e.RetryAt.Before(time.Now()) || e.Effect != plugin.EffectNone ||
		!strings.Contains(e.Message, "nothing was sent") {
		t.Errorf("error %s", detailed(e))
	}
	if n := len(b.paths()); n != 10 {
		t.Errorf("%d calls were sent, want 10", n)
	}
}

// The calls of max_calls are attempts, retries among them.
func TestMaxCallsEndsRetries(t *testing.T) {
	t.Parallel()
	b := login(t, sandbox.PartnerClient, map[string]any{"max_retries": 9})
	b.srv.Fail(sandbox.Fault{Status: 503, Times: -1})
	if e := b.refused("search_people", `{"keywords":"engineer","max_calls":2}`); e.Kind != plugin.Unavailable || e.HTTPStatus != 503 {
		t.Errorf("error %s", detailed(e))
	}
	if n := len(b.paths()); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}
