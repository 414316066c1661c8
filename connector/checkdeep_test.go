package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// A dead access token whose refresh token lives is no failure, and a check
// leaves its renewal to the next step: it was called revoked for good.
func TestDeepCheckOfATokenThatIsRenewed(t *testing.T) {
	for name, kill := range map[string]func(*sandbox.Server){
		"revoked": func(srv *sandbox.Server) { srv.RevokeAccessTokens() },
		"expired": func(srv *sandbox.Server) { srv.ExpireAccessTokens() },
	} {
		t.Run(name, func(t *testing.T) {
			b := login(t, sandbox.PartnerClient, nil)
			before, revision := b.tokens()
			kill(b.srv)
			b.srv.Advance(time.Minute)
			for range 2 {
				got := b.check(true)
				if p := predictionOf(got); p.Remarks != "" || !p.Refreshable || p.Profile != plugin.Usable || !got.Token.Present {
					t.Errorf("check %+v, token %+v, %+v", p, got.Token, got.Diagnostics)
				}
				if d := got.Diagnostics; len(d) != 1 || d[0].Severity != plugin.Info || !strings.Contains(d[0].Message, "the next step renews it") {
					t.Errorf("diagnostics %+v", d)
				}
			}
			if after, now := b.tokens(); now != revision || after.AccessToken != before.AccessToken || len(b.tokenRequests()) != 0 {
				t.Error("the check has renewed the token")
			}
			b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
			if got := b.check(true); len(got.Diagnostics) != 0 {
				t.Errorf("after a step: %+v", got.Diagnostics)
			}
		})
	}
}

// A revocation that a deep check finds ends the login as one that a step finds
// does: it was told once, and forgotten.
func TestDeepCheckFindsARevocation(t *testing.T) {
	b := login(t, sandbox.SelfServeClient, nil)
	id := b.srv.Me(b.client)
	b.invoke("get_profile", `{}`, nil)
	b.srv.RevokeTokens()
	b.srv.Advance(time.Hour)
	says := "LinkedIn refused the access token on 2026-11-24"
	for _, deep := range []bool{true, false} {
		got := b.check(deep)
		if d := got.Diagnostics; got.Token.Present || got.Account.ID != "" || len(d) != 1 || d[0].Severity != plugin.Failure || !strings.Contains(d[0].Message, says) {
			t.Errorf("deep %t: %+v", deep, got)
		}
	}
	if tok, _ := b.tokens(); tok.Ended == "" || strings.Contains(string(b.kept()[:strings.Index(string(b.kept()), "linkedin/quota/")]), id) {
		t.Errorf("kept:\n%s", b.kept())
	}
	b.srv.ResetRequests()
	if e := b.refused("get_profile", `{"max_age_seconds":86400}`); e.Kind != plugin.Reauthorize || !strings.Contains(e.Message, says) {
		t.Errorf("error %s", detailed(e))
	}
	b.wantPaths()
	if n := strings.Count(b.log.String(), "LinkedIn has ended the login"); n != 1 {
		t.Errorf("its end is logged %d times:\n%s", n, b.log)
	}
}

// What is no revocation is none to a deep check either.
func TestDeepCheckEndsNoLogin(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault sandbox.Fault
		later time.Duration
		want  string
	}{
		{"another 401", sandbox.Fault{Path: "/v2/userinfo", Fixture: "err_401_invalid"}, time.Minute, "does not accept the access token"},
		{"a proxy's 401", sandbox.Fault{Path: "/v2/userinfo", Status: 401, Body: "<html>"}, time.Minute, ""},
		{"an outage", sandbox.Fault{Path: "/v2/userinfo", Status: 503}, time.Minute, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, sandbox.SelfServeClient, nil)
			b.srv.Advance(tt.later)
			if err := b.srv.Fail(tt.fault); err != nil {
				t.Fatal(err)
			}
			got := b.check(true)
			if d := got.Diagnostics; len(d) != 1 || d[0].Severity != plugin.Failure || !strings.Contains(d[0].Message, tt.want) {
				t.Errorf("diagnostics %+v", d)
			}
			if b.check(false).Account.ID == "" {
				t.Error("the account is forgotten")
			}
			if tok, _ := b.tokens(); tok.Ended != "" {
				t.Errorf("in the store: %v", tok)
			}
		})
	}
}
