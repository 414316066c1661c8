package connector_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

const day = 24 * time.Hour

// steps are all requests that the sandbox got, without their queries.
func (b *bench) steps() []string {
	var all []string
	for _, r := range b.srv.Requests() {
		all = append(all, fmt.Sprintf("%s %s %d", r.Method, r.Path, r.Status))
	}
	return all
}

func TestExpiredTokenIsRefreshed(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	before, revision := b.tokens()
	b.srv.Advance(61 * day)
	res := b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
	want := []string{"GET /v2/userinfo 401", "POST /oauth/v2/accessToken 200", "GET /v2/userinfo 200"}
	if diff := cmp.Diff(want, b.steps()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if res.Meta.UpstreamCalls != 2 || res.Meta.Retries != 1 {
		t.Errorf("meta %+v", res.Meta)
	}
	after, now := b.tokens()
	if after.AccessToken == before.AccessToken || after.RefreshToken == "" || now <= revision {
		t.Errorf("stored token at revision %d, was %d", now, revision)
	}
	if left := after.RefreshExpiry.Sub(b.srv.Now()); left < 303*day || left > 305*day {
		t.Errorf("the refresh token lives for %s: a refresh does not extend its year", left)
	}
}

func TestTokenIsRefreshedBeforeItExpires(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.Advance(57 * day)
	b.deepCheck() // lets the clock be seen
	b.srv.ResetRequests()
	b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
	if diff := cmp.Diff([]string{"POST /oauth/v2/accessToken 200", "GET /v2/userinfo 200"}, b.steps()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestTokenIsRefreshedAtTheShareThatIsSet(t *testing.T) {
	b := login(t, sandbox.PartnerClient, map[string]any{"refresh_at_percent": 50})
	for _, step := range []struct {
		later time.Duration
		want  int // refreshes so far
	}{{28 * day, 0}, {3 * day, 1}} {
		b.srv.Advance(step.later)
		b.deepCheck()
		b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
		if n := len(b.tokenRequests()); n != step.want {
			t.Errorf("%d refreshes after another %s, want %d", n, step.later, step.want)
		}
	}
}

func TestRefreshIsSharedByCallersAndProcesses(t *testing.T) {
	t.Parallel()
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.Advance(61 * day)
	b.deepCheck()
	b.srv.ResetRequests()
	hosts := []*bench{b}
	for range 2 {
		other := *b
		other.open()
		hosts = append(hosts, &other)
	}
	var wg sync.WaitGroup
	errs := make(chan error, 30)
	for i := range 30 {
		wg.Go(func() {
			_, err := hosts[i%3].try("get_profile", `{"max_age_seconds":0}`)
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(detailed(err))
		}
	}
	refreshes := 0
	for _, step := range b.steps() {
		if strings.HasPrefix(step, "POST /oauth") {
			refreshes++
		}
	}
	if refreshes != 1 {
		t.Errorf("%d refreshes, want 1", refreshes)
	}
}

// stuckStore is a store that may stop taking values.
type stuckStore struct {
	plugin.Store
	stuck atomic.Bool
}

func (s *stuckStore) Swap(ctx context.Context, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	if s.stuck.Load() {
		return nil, &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Message: "the disk is full", Hint: "Make room."}
	}
	return s.Store.Swap(ctx, req)
}

func TestRefreshedTokenIsSavedBeforeItIsUsed(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	store := &stuckStore{Store: b.store}
	c := opened(t, store)
	if _, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: b.pluginConnection()}); err != nil {
		t.Fatal(err)
	}
	step := func() error {
		_, err := c.Invoke(t.Context(), &plugin.InvokeRequest{Connection: b.conn.ID, Action: "get_profile"}, nil)
		return err
	}
	b.srv.Advance(61 * day)
	store.stuck.Store(true)
	if err := step(); plugin.KindOf(err) != plugin.StoreUnavailable {
		t.Errorf("with a full disk: %v", err)
	}
	want := []string{"GET /v2/userinfo 401", "POST /oauth/v2/accessToken 200"}
	if diff := cmp.Diff(want, b.steps()); diff != "" {
		t.Errorf("requests (-want +got): a token that is not saved must not be used\n%s", diff)
	}
	b.srv.ResetRequests()
	store.stuck.Store(false)
	if err := step(); err != nil {
		t.Errorf("with room on the disk: %s", detailed(err))
	}
	if diff := cmp.Diff([]string{"GET /v2/userinfo 200"}, b.steps()); diff != "" {
		t.Errorf("requests (-want +got): a token that was not saved must not be lost\n%s", diff)
	}
}

func TestLoginThatCannotBeRenewed(t *testing.T) {
	for _, tt := range []struct {
		name, client string
		change       func(b *bench)
		message      string
	}{
		{"self-serve after 61 days", sandbox.SelfServeClient, func(b *bench) { b.srv.Advance(61 * day) }, "has expired"},
		{"partner after a year", sandbox.PartnerClient, func(b *bench) { b.srv.Advance(366 * day) }, "year"},
		{"revoked by the member", sandbox.PartnerClient, func(b *bench) { b.srv.RevokeTokens(); b.srv.Advance(time.Minute) }, "revoked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, tt.client, nil)
			tt.change(b)
			e := b.refused("get_profile", `{"max_age_seconds":0}`)
			if e.Kind != plugin.Reauthorize || !strings.Contains(e.Message, tt.message) || e.Retryable || !strings.Contains(e.Hint, "linkstep connect linkedin --name me") {
				t.Errorf("error %s", detailed(e))
			}
		})
	}
}

// Each failure of the login service tells when it is asked again: the cooldown
// was known, and told to nobody.
func TestTokenEndpointIsDown(t *testing.T) {
	for _, tt := range []struct {
		fault sandbox.Fault
		kind  plugin.Kind
	}{
		{sandbox.Fault{Status: 503}, plugin.Unavailable},
		{sandbox.Fault{Status: 429}, plugin.RateLimited},
		{sandbox.Fault{Reset: true}, plugin.Unavailable},
	} {
		b := login(t, sandbox.PartnerClient, nil)
		b.srv.Advance(61 * day)
		tt.fault.Path, tt.fault.Times = "/oauth/v2/accessToken", 1
		if err := b.srv.Fail(tt.fault); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second is not asked
			e := b.refused("get_profile", `{"max_age_seconds":0}`)
			if e.Kind != tt.kind || !e.Retryable || e.HTTPStatus != tt.fault.Status || e.RetryAt == nil {
				t.Fatalf("%+v: error %s", tt.fault, detailed(e))
			}
			if wait := time.Until(*e.RetryAt); wait < 25*time.Second || wait > 31*time.Second {
				t.Errorf("%+v: to be tried again in %s", tt.fault, wait)
			}
		}
		if n := len(b.tokenRequests()); n != 1 {
			t.Errorf("%+v: the login service was asked %d times", tt.fault, n)
		}
	}
}

func TestFreshTokenIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, sandbox.PartnerClient, nil)
	b.srv.SetQuirks(sandbox.Quirks{FreshTokenSeconds: 1})
	got := b.logIn(0)
	if got.Account.Name != "Cora Hartwell" {
		t.Errorf("login: %+v", got)
	}
}

// A token that LinkedIn does not know for longer: the step says what it waits
// for, and tells when to come back.
func TestFreshTokenThatStaysUnknown(t *testing.T) {
	t.Parallel()
	b := newBench(t, sandbox.SelfServeClient, map[string]any{"max_retries": nil})
	b.logIn(0)
	b.srv.RevokeTokens()
	b.srv.ResetRequests()
	var waits []string
	ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond) // time for the first wait only
	defer cancel()
	_, err := b.plugin.Invoke(ctx, b.conn, &plugin.InvokeRequest{Action: "get_profile", Input: []byte(`{"max_age_seconds":0}`)}, func(e *plugin.Event) error {
		if e.Type == plugin.EventWaiting {
			waits = append(waits, e.Message)
		}
		return nil
	})
	e := plugin.AsError(err)
	if e == nil || e.Kind != plugin.Unavailable || e.RetryAt == nil || !strings.Contains(e.Message, "does not know the new access token yet") {
		t.Fatalf("error %s", detailed(err))
	}
	const says = "waiting for LinkedIn to know the new access token"
	if diff := cmp.Diff([]string{says}, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
	if e.Meta.UpstreamCalls != 2 || e.Meta.Waited < time.Second/2 {
		t.Errorf("meta %+v", e.Meta)
	}
	if used := b.usage()["GET /v2/userinfo member"].Used; used != 3 { // with that of the login
		t.Errorf("%d calls counted, want each attempt of the refused token too", used)
	}
}
