package connector_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// reconnect logs in as the member at that index, where somebody has logged in before.
func (b *bench) reconnect(member int, replace bool) (*plugin.AuthorizeResponse, error) {
	b.t.Helper()
	begun, err := b.plugin.Authorize(b.t.Context(), b.conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}, Replace: replace})
	if err != nil || begun.Done {
		return begun, err
	}
	answer := b.consent(begun.URL, url.Values{"decision": {"allow"}, "member": {strconv.Itoa(member)}})
	return b.plugin.Authorize(b.t.Context(), b.conn, &plugin.AuthorizeRequest{Replace: replace, Complete: &plugin.AuthorizeComplete{
		Session: begun.Session, Answer: plugin.NewSecret(answer),
	}})
}

// become gives the connection other settings and keeps all else of it.
func (b *bench) become(client string, settings map[string]any) {
	b.t.Helper()
	b.client = client
	other := b.connection(b.conn.Name, settings)
	other.ID = b.conn.ID
	b.conn = other
}

func TestReconnect(t *testing.T) {
	t.Parallel()
	own := map[string]any{"flow": "client_credentials"}
	for _, tt := range []struct {
		name, why string
		before    func(*bench) // the login before
		change    func(*bench)
		refused   string // what the message says; empty: it is let in
	}{
		{name: "the same member", why: "that is what it is for"},
		{name: "the same member without openid", why: "the API tells who it is", change: func(b *bench) {
			b.srv.Fail(sandbox.Fault{Path: "/oauth/openid/jwks", Status: 503, Times: 2})
		}},
		{name: "another member", why: "steps would act for somebody else", before: func(b *bench) { b.logIn(1) }, refused: "another member"},
		{name: "another application", why: "the same member has another id there", change: func(b *bench) { b.become(sandbox.SelfServeClient, nil) }, refused: sandbox.SelfServeClient},
		{name: "the application itself", why: "it is no member", change: func(b *bench) { b.become(everything, own) }, before: func(b *bench) { b.become(everything, nil); b.logIn(0) }, refused: "application's own"},
		{name: "a member after the application", why: "that is another account too", before: func(b *bench) { b.become(everything, own); b.mustReconnect(0) },
			change: func(b *bench) { b.become(everything, nil) }, refused: "application itself"},
		{name: "the application again", why: "it is the same", before: func(b *bench) { b.become(everything, own); b.mustReconnect(0) }},
		{name: "nobody can tell who", why: "the scopes tell nothing", change: func(b *bench) {
			b.become(b.client, map[string]any{"scopes": "w_member_social"})
		}, refused: "does not say who"},
		{name: "who is not told for now", why: "it may be told later", change: func(b *bench) {
			b.srv.Fail(sandbox.Fault{Path: "/oauth/openid/jwks", Status: 503, Times: 2})
			b.srv.Fail(sandbox.Fault{Path: "/v2/userinfo", Status: 503})
		}, refused: "LinkedIn"},
		{name: "it was not known before", why: "there is nothing to compare", before: func(b *bench) {
			b.become(b.client, map[string]any{"scopes": "w_member_social"})
			b.logIn(5)
			b.become(b.client, nil)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := everySandboxWith(t, sandbox.ClientCredentials, sandbox.Share)
			b := freshBench(t, srv, sandbox.PartnerClient, nil)
			if tt.before == nil {
				tt.before = func(b *bench) { b.logIn(0) }
			}
			tt.before(b)
			before, revision := b.tokens()
			account := b.check(false).Account
			if tt.change != nil {
				tt.change(b)
			}
			_, err := b.reconnect(0, false)
			if after, now := b.tokens(); (now != revision) != (tt.refused == "") || tt.refused != "" && after.AccessToken != before.AccessToken {
				t.Errorf("the login before is at revision %d, was %d", now, revision)
			}
			if tt.refused == "" {
				if err != nil {
					t.Errorf("refused, though %s: %s", tt.why, detailed(err))
				}
				return
			}
			e := plugin.AsError(err)
			if e == nil || !strings.Contains(e.Message, tt.refused) || e.Kind == plugin.Conflict && !strings.Contains(e.Hint, "--replace") ||
				e.Kind != plugin.Conflict && e.Kind != plugin.Unavailable {
				t.Errorf("as %s: %s", tt.why, detailed(err))
			}
			if now := b.check(false).Account; now != account {
				t.Errorf("account %+v, was %+v", now, account)
			}
			srv.ClearFaults()
			if _, err := b.reconnect(0, true); err != nil {
				t.Errorf("with replace: %s", detailed(err))
			}
		})
	}
}

func (b *bench) mustReconnect(member int) {
	b.t.Helper()
	if _, err := b.reconnect(member, true); err != nil {
		b.t.Fatal(detailed(err))
	}
}

// A refused login must leave the one before in use, in this process and the next.
func TestRefusedReconnectKeepsTheLogin(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	if _, err := b.reconnect(2, false); plugin.KindOf(err) != plugin.Conflict {
		t.Fatalf("another member: %v", err)
	}
	for range 2 {
		var me struct{ ID string }
		if b.invoke("get_profile", `{"max_age_seconds":0}`, &me); me.ID != b.srv.PersonID(b.client, 0) {
			t.Errorf("get_profile tells of %s", me.ID)
		}
		b.open()
	}
}

func TestBroughtTokenOfAnotherMember(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	before, _ := b.tokens()
	token := b.made(b.client) // member 2's
	if _, err := b.bring(token); plugin.KindOf(err) != plugin.Conflict {
		t.Errorf("error %s", detailed(err))
	}
	if now, _ := b.tokens(); now.AccessToken != before.AccessToken {
		t.Error("the login before is gone")
	}
	b.srv.Advance(time.Minute)
	if _, err := b.plugin.Authorize(t.Context(), b.conn, &plugin.AuthorizeRequest{Replace: true, Token: &plugin.AuthorizeToken{AccessToken: plugin.NewSecret(token)}}); err != nil {
		t.Errorf("with replace: %s", detailed(err))
	}
}
