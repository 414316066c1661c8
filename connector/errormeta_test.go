package connector_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// toll is what an error tells of what the step had cost.
type toll struct {
	Kind                            plugin.Kind
	Calls, Retries, Waits, Requests int
	Waited, Quota, Cached           bool
}

// A step that fails tells what it had cost, whatever it failed of.
func TestErrorsTellTheCost(t *testing.T) {
	t.Parallel()
	throttled := func(message string, header map[string][]string) sandbox.Fault {
		return sandbox.Fault{Status: 429, Times: -1, Header: header, Body: fmt.Sprintf(`{"status":429,"code":"TOO_MANY_REQUESTS","message":%q}`, message)}
	}
	limited := map[string]any{"limits": []any{map[string]any{"endpoint": "GET /v2/userinfo", "scope": "member", "calls_per_day": 1}}}
	const search = `{"keywords":"engineer"}`
	for _, tt := range []struct {
		name, action, input string
		settings            map[string]any
		prepare             func(b *bench)
		within              time.Duration // 0: no deadline
		want                toll
	}{
		{name: "tried three times", action: "search_people", input: search,
			prepare: func(b *bench) { b.srv.FailNext(503, 9) },
			want:    toll{Kind: plugin.Unavailable, Calls: 3, Retries: 2, Waits: 2, Requests: 3, Waited: true, Quota: true}},
		{name: "nobody answers", action: "search_people", input: search,
			prepare: func(b *bench) { b.srv.Fail(sandbox.Fault{Reset: true, Times: -1}) },
			want:    toll{Kind: plugin.Unavailable, Calls: 3, Retries: 2, Waits: 2, Waited: true, Quota: true}},
		{name: "a day's limit", action: "search_people", input: search,
			prepare: func(b *bench) {
				b.srv.Fail(throttled("Resource level throttle APPLICATION DAY limit for calls to this resource is reached.", nil))
			},
			want: toll{Kind: plugin.QuotaExhausted, Calls: 1, Requests: 1, Quota: true}},
		{name: "a wait that is too long", action: "search_people", input: search, within: 10 * time.Second,
			prepare: func(b *bench) {
				b.srv.Fail(throttled("Resource level throttle limit for calls to this resource is reached.", map[string][]string{"Retry-After": {"30"}}))
			},
			want: toll{Kind: plugin.RateLimited, Calls: 1, Requests: 1, Quota: true}},
		{name: "refused before it was sent", action: "get_profile", input: `{}`, settings: limited, // the login spends one
			want: toll{Kind: plugin.QuotaExhausted, Quota: true}},
		{name: "an input that does not fit", action: "search_people", input: `{"keywords":"engineer","cursor":"AAAA"}`,
			want: toll{Kind: plugin.InvalidInput}},
		{name: "revoked", action: "get_profile", input: `{}`,
			prepare: func(b *bench) {
				b.srv.RevokeTokens(0)
				b.srv.Advance(time.Minute)
				b.check(true)
				b.srv.ResetRequests()
			},
			want: toll{Kind: plugin.Reauthorize, Calls: 1, Requests: 1, Quota: true}},
		{name: "no such person", action: "get_person", input: `{"person":"AAAAAAAAAA"}`,
			want: toll{Kind: plugin.NotFound, Calls: 1, Requests: 1, Quota: true}},
		{name: "no such person, from memory", action: "get_person", input: `{"person":"AAAAAAAAAA"}`,
			prepare: func(b *bench) { b.refused("get_person", `{"person":"AAAAAAAAAA"}`) },
			want:    toll{Kind: plugin.NotFound, Quota: true, Cached: true}},
		{name: "out of time", action: "search_people", input: search, within: 500 * time.Millisecond,
			prepare: func(b *bench) { b.srv.Fail(sandbox.Fault{Stall: 20 * time.Second}) },
			want:    toll{Kind: plugin.Deadline, Calls: 1, Quota: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			settings := map[string]any{"max_retries": 2}
			for name, value := range tt.settings {
				settings[name] = value
			}
			b := login(t, sandbox.PartnerClient, settings)
			heard := b.overhear()
			if tt.prepare != nil {
				tt.prepare(b)
			}
			ctx, cancel := t.Context(), context.CancelFunc(func() {})
			if tt.within > 0 {
				ctx, cancel = context.WithTimeout(ctx, tt.within)
			}
			defer cancel()
			waits := 0
			_, err := b.plugin.Invoke(ctx, b.conn, &plugin.InvokeRequest{Action: tt.action, Input: []byte(tt.input)}, func(e *plugin.Event) error {
				if e.Type == plugin.EventWaiting {
					waits++
				}
				return nil
			})
			b.host.Close(context.Background()) // so that the connector has ended, too
			e := plugin.AsError(heard.failed)
			if err == nil || e == nil || e.Meta == nil || e.Meta.ConnectorName == "" {
				t.Fatalf("%v: %s", err, detailed(heard.failed))
			}
			m := e.Meta
			got := toll{e.Kind, m.UpstreamCalls, m.Retries, waits, len(m.RequestIDs), m.Waited > 0, len(m.Quota) > 0, m.Cached}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", detailed(heard.failed), diff)
			}
		})
	}
}

// Who joined a request that fails has the same error, at a cost of its own.
func TestJoinedErrorsTellTheirOwnCost(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.Fail(sandbox.Fault{Status: 503, Stall: 150 * time.Millisecond})
	var mu sync.Mutex
	calls := 0
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			e := b.refused("search_people", `{"keywords":"engineer"}`)
			mu.Lock()
			defer mu.Unlock()
			calls += e.Meta.UpstreamCalls
		})
	}
	wg.Wait()
	if n := len(b.paths()); calls != n || n != 1 {
		t.Errorf("%d calls are told of, %d were made; want 1", calls, n)
	}
}
