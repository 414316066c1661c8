package sandbox_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// TestLimitIsExact: callers at the same moment do not slip past a limit.
func TestLimitIsExact(t *testing.T) {
	v := visit(t, nil)
	v.limit("userinfo", 50, 0)
	var served, refused atomic.Int64
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 20 {
				a, err := v.try("GET", "/v2/userinfo", v.header(), "")
				switch {
				case err != nil:
					t.Error(err)
				case a.Status == http.StatusOK:
					served.Add(1)
				case a.Status == http.StatusTooManyRequests:
					refused.Add(1)
				}
			}
		})
	}
	callers.Wait()
	if served.Load() != 50 || refused.Load() != 110 {
		t.Errorf("%d served and %d refused, want 50 and 110", served.Load(), refused.Load())
	}
}

// TestCodeIsUsedOnce: of several exchanges of one code at the same moment, one succeeds.
func TestCodeIsUsedOnce(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	form := v.exchangeForm(v.consent(nil, map[string][]string{"decision": {"allow"}}).Get("code")).Encode()
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	var served atomic.Int64
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			a, err := v.try("POST", "/oauth/v2/accessToken", header, form)
			if err != nil {
				t.Error(err)
			}
			if a.Status == http.StatusOK {
				served.Add(1)
			}
		})
	}
	callers.Wait()
	if served.Load() != 1 {
		t.Errorf("%d exchanges succeeded, want 1", served.Load())
	}
}

// TestChangesWhileServing turns every knob while calls are under way; it is for the race detector.
func TestChangesWhileServing(t *testing.T) {
	v := visit(t, &sandbox.Options{Members: 50})
	id := v.server.PersonID(sandbox.PartnerClient, 1)
	var callers sync.WaitGroup
	for _, path := range []string{"/v2/userinfo", "/v2/people/(id:" + id + ")", "/v2/search/people?q=People&keywords=a", "/", "/_sandbox/state"} {
		callers.Go(func() {
			for range 10 {
				if _, err := v.try("GET", path, v.header(), ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 10 {
		v.server.SetQuirks(sandbox.Quirks{NoTotal: i%2 == 0})
		v.server.SetLatency(sandbox.Latency{Median: 1, P99: 2})
		v.server.SetBurst(1000)
		v.limit("people", 1000, 1000)
		v.server.Advance(1)
		v.server.FailNext(500, 1)
		v.server.ClearFaults()
		v.server.ExpireAccessTokens(1)
		v.server.RevokeTokens(2)
		v.server.ResetQuotas()
		v.server.Requests()
		v.server.Tokens()
	}
	callers.Wait()
}
