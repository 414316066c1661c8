package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

const throttle = "Resource level throttle "

var (
	appDay    = problem(429, 101, "TOO_MANY_REQUESTS", throttle+"APPLICATION DAY limit for calls to this resource is reached.")
	memberDay = problem(429, 101, "TOO_MANY_REQUESTS", throttle+"APPLICATION_AND_MEMBER DAY limit for calls to this resource is reached.")
	burst     = problem(429, 101, "TOO_MANY_REQUESTS", throttle+"limit for calls to this resource is reached.")
)

func (v *visitor) limit(endpoint string, application, member int64) {
	v.t.Helper()
	if err := v.server.SetLimit(endpoint, application, member); err != nil {
		v.t.Fatal(err)
	}
}

func (v *visitor) wantCall(why string, want map[string]any) {
	v.t.Helper()
	a := v.get("/v2/userinfo")
	if want == nil {
		if a.Status != 200 {
			v.t.Errorf("%s: %d %s", why, a.Status, a.Body)
		}
		return
	}
	if diff := cmp.Diff(want, a.json(v.t)); diff != "" {
		v.t.Errorf("%s (-want +got):\n%s", why, diff)
	}
}

func TestDailyLimits(t *testing.T) {
	v := arrive(t, nil, sandbox.SelfServeClient)
	first, second := *v, *v
	first.token, second.token = v.signIn(0).AccessToken, v.signIn(1).AccessToken
	v.limit("userinfo", 3, 2)
	first.wantCall("first call", nil)
	first.wantCall("second call", nil)
	first.wantCall("fixture 69: the member's third", memberDay)
	second.wantCall("another member", nil)
	second.wantCall("fixture 68: the application's fourth", appDay)
	if a := first.get("/v2/people/(id:x)"); a.Status != 403 {
		t.Errorf("another endpoint: %d", a.Status)
	}
	other := v.as(sandbox.PartnerClient)
	other.token = other.signIn(0).AccessToken
	other.wantCall("another application", nil)

	v.server.SetClock(time.Date(2026, 11, 24, 23, 59, 0, 0, time.UTC))
	first.wantCall("the same day", appDay)
	v.server.SetClock(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	first.wantCall("the next day", nil)
	v.server.ResetQuotas()
	want := []sandbox.Usage(nil)
	if diff := cmp.Diff(want, v.server.Usage()); diff != "" {
		t.Errorf("usage after a reset (-want +got):\n%s", diff)
	}
}

func TestLimitOverAllEndpoints(t *testing.T) {
	v := visit(t, nil)
	v.limit(sandbox.AllEndpoints, 2, 0)
	v.wantCall("first", nil)
	if a := v.get("/v2/people?ids=List()"); a.Status != 200 {
		t.Errorf("second: %d", a.Status)
	}
	v.wantCall("third", appDay)
	v.limit(sandbox.AllEndpoints, 0, 0)
	v.wantCall("no limit any more", nil)
	v.limit("userinfo", -1, 0)
	v.wantCall("none at all", appDay)
	want := []sandbox.Usage{
		{Endpoint: "*", Client: sandbox.PartnerClient, Member: -1, Used: 3},
		{Endpoint: "*", Client: sandbox.PartnerClient, Member: 0, Used: 3},
		{Endpoint: "people", Client: sandbox.PartnerClient, Member: -1, Used: 1},
		{Endpoint: "people", Client: sandbox.PartnerClient, Member: 0, Used: 1},
		{Endpoint: "userinfo", Client: sandbox.PartnerClient, Member: -1, Used: 2, Limit: -1},
		{Endpoint: "userinfo", Client: sandbox.PartnerClient, Member: 0, Used: 2},
	}
	if diff := cmp.Diff(want, v.server.Usage()); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
}

func TestUnknownEndpoint(t *testing.T) {
	v := visit(t, nil)
	if err := v.server.SetLimit("/v2/me", 1, 1); err == nil || !strings.Contains(err.Error(), "userinfo") {
		t.Errorf("SetLimit of a path: %v; want an error that lists the endpoints", err)
	}
}

func TestBurst(t *testing.T) {
	v := visit(t, nil)
	v.server.SetClock(time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)) // the beginning of a second
	v.server.SetBurst(2)
	v.wantCall("first", nil)
	v.wantCall("second", nil)
	v.wantCall("fixture 70: third within a second", burst)
	v.server.Advance(time.Second)
	v.wantCall("a second later", nil)
}
