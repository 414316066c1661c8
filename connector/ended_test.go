package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// A login that LinkedIn has ended is purged, and says why and when ever after.
func TestConfirmedRevocation(t *testing.T) {
	for _, tt := range []struct{ name, client, says string }{
		{"with a refresh token", sandbox.PartnerClient, "LinkedIn refused to renew the login on 2026-11-24"},
		{"without one", sandbox.SelfServeClient, "LinkedIn refused the access token on 2026-11-24"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, tt.client, nil)
			tok, _ := b.tokens()
			id := b.srv.Me(b.client)
			b.invoke("get_profile", `{}`, nil)
			bystander := *b
			bystander.open()
			bystander.invoke("get_profile", `{}`, nil)

			b.srv.RevokeTokens()
			b.srv.Advance(time.Minute)
			b.refused("get_profile", `{"max_age_seconds":0}`)
			kept := string(b.kept())
			for _, secret := range []string{tok.AccessToken, tok.RefreshToken, id} {
				if secret != "" && strings.Contains(kept[:strings.Index(kept, "linkedin/quota/")], secret) {
					t.Errorf("kept:\n%s", kept)
				}
			}
			if !strings.Contains(kept, "linkedin/quota/") {
				t.Error("the day's counters are gone: they would begin anew")
			}

			b.srv.ResetRequests()
			bystander.refused("get_profile", `{"max_age_seconds":0}`)
			b.srv.ResetRequests()
			next := *b
			next.open()
			for name, p := range map[string]*bench{"the process that found out": b, "another": &bystander, "the next": &next} {
				// Nothing of the account is in memory either: an answer from there would succeed.
				if e := p.refused("get_profile", `{"max_age_seconds":86400}`); e.Kind != plugin.Reauthorize || !strings.Contains(e.Message, tt.says) || !strings.Contains(e.Hint, "linkstep connect") {
					t.Errorf("%s: %s", name, detailed(e))
				}
				got := p.check(true)
				if d := got.Diagnostics[len(got.Diagnostics)-1]; got.Token.Present || got.Account.ID != "" || d.Severity != plugin.Failure || !strings.Contains(d.Message, tt.says) {
					t.Errorf("%s: check %+v", name, got)
				}
				if st := got.Actions[0]; st.Status != plugin.Unusable || st.Reason != "the login has ended" {
					t.Errorf("%s: action %+v", name, st)
				}
			}
			if n := len(b.srv.Requests()); n != 0 {
				t.Errorf("%d requests for a login that has ended", n)
			}

			// The member is known again all the same.
			if _, err := b.reconnect(4, false); plugin.KindOf(err) != plugin.Conflict {
				t.Errorf("another member logs in: %v", err)
			}
			if got, err := b.reconnect(0, false); err != nil || got.Account.ID != id {
				t.Errorf("the member logs in again: %+v, %v", got, err)
			}
			b.invoke("get_profile", `{}`, nil)
			bystander.invoke("get_profile", `{"max_age_seconds":0}`, nil)
		})
	}
}

// The name that --keep-profile kept goes with a revocation, as it does when
// somebody disconnects; a login that has run out keeps it.
func TestKeptNameOfEndedLogin(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(*sandbox.Server)
		want string
	}{
		{"revoked", func(srv *sandbox.Server) { srv.RevokeTokens(); srv.Advance(time.Minute) }, ""},
		{"expired", func(srv *sandbox.Server) { srv.Advance(61 * day) }, "Ada"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, sandbox.SelfServeClient, nil)
			b.conn.Account = plugin.Account{ID: b.srv.Me(b.client), Name: "Ada"}
			if err := b.host.Connections().Save(t.Context(), b.conn); err != nil {
				t.Fatal(err)
			}
			tt.end(b.srv)
			if e := b.refused("get_profile", `{"max_age_seconds":0}`); e.Kind != plugin.Reauthorize {
				t.Fatal(detailed(e))
			}
			saved, err := b.host.Connections().Get(t.Context(), "me")
			if err != nil {
				t.Fatal(err)
			}
			if saved.Account.Name != tt.want || saved.Account.ID != b.conn.Account.ID {
				t.Errorf("saved account %+v, want the name %q", saved.Account, tt.want)
			}
		})
	}
}

// Another process deletes the connection. Once the host has taken it away and
// given it anew, nothing answers any more, from memory neither.
func TestDeletedElsewhere(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.invoke("get_profile", `{}`, nil)
	other := *b
	other.open()
	if _, err := other.host.Connections().Delete(t.Context(), b.conn); err != nil {
		t.Fatal(err)
	}
	if err := b.plugin.Disconnect(t.Context(), b.conn); err != nil {
		t.Fatal(err)
	}
	b.srv.ResetRequests()
	if e := b.refused("get_profile", `{"max_age_seconds":86400}`); e.Kind != plugin.Reauthorize || !strings.Contains(e.Message, "nobody has logged in") {
		t.Error(detailed(e))
	}
	b.wantPaths()
}

// What LinkedIn has not said is no revocation: nothing is deleted.
func TestNoRevocation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, client string
		fault        sandbox.Fault
		later        time.Duration
	}{
		{"a fresh token", sandbox.SelfServeClient, sandbox.Fault{Path: "/v2/userinfo", Fixture: "err_401_revoked"}, 0},
		{"another 401", sandbox.SelfServeClient, sandbox.Fault{Path: "/v2/userinfo", Fixture: "err_401_invalid"}, time.Minute},
		{"a proxy's 401", sandbox.SelfServeClient, sandbox.Fault{Path: "/v2/userinfo", Status: 401, Body: "<html>"}, time.Minute},
		{"a token that can be renewed", sandbox.PartnerClient, sandbox.Fault{Path: "/v2/userinfo", Fixture: "err_401_revoked"}, time.Minute},
		{"the login service is down", sandbox.PartnerClient, sandbox.Fault{Path: "/oauth/v2/accessToken", Status: 500, Times: -1}, 61 * day},
		{"the client secret has changed", sandbox.PartnerClient, sandbox.Fault{Path: "/oauth/v2/accessToken", Fixture: "oauth_err_client", Times: -1}, 61 * day},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := login(t, tt.client, nil)
			b.srv.Advance(tt.later)
			if tt.later > 0 {
				b.deepCheck()
			}
			if err := b.srv.Fail(tt.fault); err != nil {
				t.Fatal(err)
			}
			b.try("get_profile", `{"max_age_seconds":0}`)
			if tok, _ := b.tokens(); tok == nil || tok.AccessToken == "" || tok.Ended != "" {
				t.Errorf("in the store: %v", tok)
			}
			if got := b.check(false); got.Account.ID == "" || !got.Token.Present {
				t.Errorf("check %+v", got)
			}
		})
	}
}

// A process that is killed between LinkedIn's answer and its own saving leaves a refresh token that
// is used up, where each works once. The login is lost then, and says so.
func TestRefreshTokenThatWasUsedAlready(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.SetQuirks(sandbox.Quirks{RotateRefreshTokens: true})
	key := plugin.ConnectionPrefix("linkedin", b.conn.ID) + "token"
	before, err := b.store.Get(t.Context(), &plugin.GetRequest{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	b.srv.Advance(61 * day)
	b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
	_, revision := b.tokens()
	if _, err := b.store.Swap(t.Context(), &plugin.SwapRequest{Key: key, Value: before.Value, Revision: revision}); err != nil {
		t.Fatal(err)
	}
	b.open()
	if e := b.refused("get_profile", `{"max_age_seconds":0}`); e.Kind != plugin.Reauthorize || !strings.Contains(e.Message, "last renewal was interrupted") {
		t.Errorf("error %s", detailed(e))
	}
}
