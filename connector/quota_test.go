package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// midnight is when the sandbox's first day ends.
var midnight = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

func (b *bench) usage() map[string]plugin.UsageBucket {
	b.t.Helper()
	res, err := b.plugin.Usage(b.t.Context(), b.conn)
	if err != nil {
		b.t.Fatal(detailed(err))
	}
	all := map[string]plugin.UsageBucket{}
	for _, u := range res.Buckets {
		all[u.Endpoint+" "+string(u.Scope)] = u
	}
	return all
}

func TestConfiguredLimit(t *testing.T) {
	b := login(t, sandbox.PartnerClient, map[string]any{"limits": []any{
		map[string]any{"endpoint": "GET /v2/userinfo", "scope": "member", "calls_per_day": 3}, // the login has spent one
	}})
	fresh := `{"max_age_seconds":0}`
	b.invoke("get_profile", fresh, nil)
	res := b.invoke("get_profile", fresh, nil)
	if len(res.Meta.Notices) != 1 || res.Meta.Notices[0].Code != "quota_low" {
		t.Errorf("notices %+v, want one that the budget runs low", res.Meta.Notices)
	}
	b.srv.ResetRequests()
	e := b.refused("get_profile", fresh)
	if e.Kind != plugin.QuotaExhausted || e.Source != plugin.SourceConnector || !e.Retryable {
		t.Errorf("error %s", detailed(e))
	}
	b.wantRetryAfter(e, midnight)
	b.wantPaths() // refused before anything was sent

	limit, none := int64(3), int64(0)
	want := plugin.UsageBucket{
		Endpoint: "GET /v2/userinfo", Scope: plugin.ScopeMember, Limit: &limit, Used: 3, Remaining: &none, ResetsAt: midnight, Source: plugin.LimitConfigured, Refusing: true,
	}
	if diff := cmp.Diff(want, b.usage()["GET /v2/userinfo member"]); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]plugin.UsageBucket{want}, e.Meta.Quota); diff != "" {
		t.Errorf("quota of the error: the bucket that refused (-want +got):\n%s", diff)
	}

	b.srv.Advance(13 * time.Hour)
	b.deepCheck() // lets the clock be seen; it is Wednesday now
	b.invoke("get_profile", fresh, nil)
}

func TestDailyLimitOfLinkedIn(t *testing.T) {
	for _, tt := range []struct {
		name        string
		app, member int64
		message     string
	}{
		{"application", 2, 0, "application"},
		{"member", 0, 2, "account"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, sandbox.PartnerClient, map[string]any{"max_retries": 5})
			if err := b.srv.SetLimit("userinfo", tt.app, tt.member); err != nil {
				t.Fatal(err)
			}
			fresh := `{"max_age_seconds":0}`
			b.invoke("get_profile", fresh, nil) // the second call, after that of the login
			b.srv.ResetRequests()
			e := b.refused("get_profile", fresh)
			if e.Kind != plugin.QuotaExhausted || e.HTTPStatus != 429 || !strings.Contains(e.Message, tt.message) {
				t.Errorf("error %s", detailed(e))
			}
			b.wantRetryAfter(e, midnight)
			b.wantPaths("GET /v2/userinfo") // a daily 429 is not tried again

			e = b.refused("get_profile", fresh)
			if e.Kind != plugin.QuotaExhausted || e.Source != plugin.SourceConnector {
				t.Errorf("second error %s", detailed(e))
			}
			b.wantPaths("GET /v2/userinfo") // nor asked for a second time

			b.open() // another process knows it too
			if e := b.refused("get_profile", fresh); e.Source != plugin.SourceConnector {
				t.Errorf("error in another process %s", detailed(e))
			}
		})
	}
}

// A day that LinkedIn ends at the first call that is counted here has no limit
// that anybody knows.
func TestDailyLimitAtTheFirstCall(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.Fail(sandbox.Fault{Status: 429, Body: `{"status":429,"message":"Resource level throttle APPLICATION DAY limit for calls to this resource is reached."}`})
	const search = `{"keywords":"engineer"}`
	b.refused("search_people", search)
	want := plugin.UsageBucket{Endpoint: "GET /v2/search/people?q=People", Scope: plugin.ScopeApplication, Used: 1, ResetsAt: midnight, Source: plugin.LimitNone, Refusing: true}
	if diff := cmp.Diff(want, b.usage()["GET /v2/search/people?q=People application"]); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]plugin.UsageBucket{want}, b.refused("search_people", search).Meta.Quota); diff != "" {
		t.Errorf("quota of the refusal (-want +got):\n%s", diff)
	}
}

// A learned limit says when it was learned, and that it refuses nothing.
func TestLearnedLimit(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	if err := b.srv.SetLimit("userinfo", 0, 3); err != nil {
		t.Fatal(err)
	}
	fresh := `{"max_age_seconds":0}`
	for range 2 { // after that of the login
		b.invoke("get_profile", fresh, nil)
	}
	b.refused("get_profile", fresh)
	if u := b.usage()["GET /v2/userinfo member"]; u.Source != plugin.LimitLearned || u.LearnedOn != "2026-11-24" || *u.Limit != 3 {
		t.Errorf("usage %+v, want a limit of 3, learned on 2026-11-24", u)
	}
	b.srv.Advance(13 * time.Hour)
	b.deepCheck() // spends the first call of the day
	b.invoke("get_profile", fresh, nil)
	res := b.invoke("get_profile", fresh, nil)
	if len(res.Meta.Notices) != 1 || !strings.Contains(res.Meta.Notices[0].Message, "3 of 3") || !strings.Contains(res.Meta.Notices[0].Message, "learned on 2026-11-24, which refuses nothing by itself") {
		t.Errorf("notices %+v", res.Meta.Notices)
	}
}

func TestQuotaIsTheApplicationsOwn(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.conn = b.connection("other", nil)
	b.logIn(7)
	b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
	u := b.usage()
	if app, member := u["GET /v2/userinfo application"].Used, u["GET /v2/userinfo member"].Used; app != 3 || member != 2 {
		t.Errorf("application %d, member %d; want 3 and 2: two members share the application", app, member)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault sandbox.Fault
	}{
		{"503", sandbox.Fault{Status: 503}},
		{"500", sandbox.Fault{Status: 500}},
		{"504, empty", sandbox.Fault{Status: 504, Body: " "}},
		{"burst", sandbox.Fault{Status: 429, Body: `{"status":429,"message":"Resource level throttle limit for calls to this resource is reached."}`}},
		{"reset", sandbox.Fault{Reset: true}},
		{"half a body", sandbox.Fault{Truncate: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := login(t, sandbox.PartnerClient, map[string]any{"max_retries": 2})
			b.srv.Fail(tt.fault)
			var waits int
			res, err := b.plugin.Invoke(t.Context(), b.conn, &plugin.InvokeRequest{Action: "get_profile"}, func(e *plugin.Event) error {
				if e.Type == plugin.EventWaiting && e.Until != nil && e.Message != "" {
					waits++
				}
				return nil
			})
			if err != nil {
				t.Fatal(detailed(err))
			}
			if waits != 1 || res.Meta.Retries != 1 || res.Meta.UpstreamCalls != 2 {
				t.Errorf("%d waits, meta %+v", waits, res.Meta)
			}
			if used := b.usage()["GET /v2/userinfo member"].Used; used != 3 { // with that of the login
				t.Errorf("%d calls counted, want 3: LinkedIn counts every attempt", used)
			}
		})
	}
}

func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	b := login(t, sandbox.PartnerClient, map[string]any{"max_retries": 1})
	b.srv.Fail(sandbox.Fault{Status: 503, Times: -1})
	if e := b.refused("get_profile", `{}`); e.Kind != plugin.Unavailable || e.HTTPStatus != 503 || e.RequestID == "" {
		t.Errorf("error %s", detailed(e))
	}
	b.wantPaths("GET /v2/userinfo", "GET /v2/userinfo")
}
