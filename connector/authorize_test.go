package connector_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// tokens reads what the store holds of the connection's login.
func (b *bench) tokens() (*oauth.Token, int64) {
	b.t.Helper()
	got, err := b.store.Get(b.t.Context(), &plugin.GetRequest{Key: plugin.ConnectionPrefix("linkedin", b.conn.ID) + "token"})
	if err != nil {
		b.t.Fatal(err)
	}
	if got.Revision == 0 {
		return nil, 0
	}
	tok, err := oauth.DecodeToken(got.Value)
	if err != nil {
		b.t.Fatal(err)
	}
	return tok, got.Revision
}

func TestLogin(t *testing.T) {
	for _, tt := range []struct {
		client  string
		granted []string
		name    string
		refresh bool
	}{
		{sandbox.PartnerClient, []string{"email", "openid", "profile"}, "Cora Hartwell", true},
		{sandbox.SelfServeClient, []string{"email", "openid", "profile"}, "Cora Hartwell", false},
		{sandbox.LegacyClient, []string{"r_emailaddress", "r_liteprofile", "w_member_social"}, "Cora Hartwell", false},
	} {
		t.Run(tt.client, func(t *testing.T) {
			b := newBench(t, tt.client, nil)
			got := b.logIn(0)
			id := b.srv.Me(b.client)
			want := &plugin.AuthorizeResponse{
				Done: true, Granted: tt.granted,
				Account: plugin.Account{ID: id, URN: "urn:li:person:" + id, Name: tt.name, Application: tt.client},
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(plugin.AuthorizeResponse{}, "ExpiresAt", "Diagnostics", "Session")); diff != "" {
				t.Errorf("login (-want +got):\n%s", diff)
			}
			if left := got.ExpiresAt.Sub(b.srv.Now()); left < 60*24*time.Hour-time.Minute || left > 60*24*time.Hour+time.Second {
				t.Errorf("the token lives for %s, want 60 days by LinkedIn's clock", left)
			}
			tok, _ := b.tokens()
			if tok == nil || (tok.RefreshToken != "") != tt.refresh {
				t.Errorf("stored token %v", tok)
			}
			if told := len(got.Diagnostics) == 1 && strings.Contains(got.Diagnostics[0].Message, "cannot be renewed"); told == tt.refresh {
				t.Errorf("diagnostics %+v", got.Diagnostics)
			}
		})
	}
}

func TestBeginLogin(t *testing.T) {
	b := newBench(t, sandbox.PartnerClient, map[string]any{"scopes": "openid profile"})
	first := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	second := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	u, err := url.Parse(first.URL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	state := q.Get("state")
	if q.Del("state"); len(state) < 20 || first.URL == second.URL {
		t.Errorf("state %q; it must be long and used once", state)
	}
	want := url.Values{"client_id": {b.client}, "redirect_uri": {sandbox.DefaultRedirectURL}, "response_type": {"code"}, "scope": {"openid profile"}}
	if diff := cmp.Diff(want, q); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if !strings.Contains(u.RawQuery, "scope=openid%20profile") {
		t.Errorf("query %s: LinkedIn documents %%20 between scopes", u.RawQuery)
	}
	if first.RedirectURL != sandbox.DefaultRedirectURL || first.Session.IsZero() || first.Done {
		t.Errorf("begin: %+v", first)
	}
}

func TestLoginRefused(t *testing.T) {
	type step = func(b *bench) *plugin.AuthorizeRequest
	// answer completes a login with what the browser brings back, after changing it.
	answer := func(form url.Values, change func(string) string) step {
		return func(b *bench) *plugin.AuthorizeRequest {
			begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
			back := b.consent(begun.URL, form)
			if change != nil {
				back = change(back)
			}
			return &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{Session: begun.Session, Answer: plugin.NewSecret(back)}}
		}
	}
	always := func(s string) func(string) string { return func(string) string { return s } }
	allow := url.Values{"decision": {"allow"}}
	for _, tt := range []struct {
		name, why string
		client    string
		settings  map[string]any
		step      step
		want      plugin.Error
	}{
		{name: "cancel", why: "the member said no", step: answer(url.Values{"decision": {"cancel"}}, nil),
			want: plugin.Error{Kind: plugin.Canceled, Source: plugin.SourceUser, VendorCode: "user_cancelled_authorize"}},
		{name: "cancel the sign-in", why: "the member did not even sign in", step: answer(url.Values{"decision": {"cancel_login"}}, nil),
			want: plugin.Error{Kind: plugin.Canceled, Source: plugin.SourceUser, VendorCode: "user_cancelled_login"}},
		{name: "wrong state", why: "it answers another login, or is forged",
			step: answer(allow, func(s string) string { return strings.Replace(s, "state=", "state=x", 1) }),
			want: plugin.Error{Kind: plugin.InvalidInput, Source: plugin.SourceUser, Pointer: "/answer"}},
		{name: "code that is none", why: "LinkedIn does not know it", step: answer(allow, always("AQnonsense-that-LinkedIn-has-never-made")),
			want: plugin.Error{Kind: plugin.Reauthorize, Source: plugin.SourceUpstream, HTTPStatus: 400, VendorCode: "invalid_request"}},
		{name: "nothing", why: "an empty answer is none", step: answer(allow, always("  ")),
			want: plugin.Error{Kind: plugin.InvalidInput, Source: plugin.SourceUser, Pointer: "/answer"}},
		{name: "another page", why: "neither code nor error in it", step: answer(allow, always("https://example.com/")),
			want: plugin.Error{Kind: plugin.InvalidInput, Source: plugin.SourceUser, Pointer: "/answer"}},
		{name: "no session", why: "the state cannot be compared", step: func(b *bench) *plugin.AuthorizeRequest {
			req := answer(allow, nil)(b)
			req.Complete.Session = plugin.Secret{}
			return req
		}, want: plugin.Error{Kind: plugin.InvalidInput, Source: plugin.SourceUser, Pointer: "/answer"}},
		{name: "scope without its product", why: "LinkedIn refuses the whole login", client: sandbox.SelfServeClient,
			settings: map[string]any{"scopes": "openid profile r_basicprofile"}, step: answer(allow, nil),
			want: plugin.Error{Kind: plugin.Forbidden, Source: plugin.SourceUser, Pointer: "/scopes", VendorCode: "unauthorized_scope_error"}},
		{name: "wrong secret", why: "the settings are wrong, not the login", step: func(b *bench) *plugin.AuthorizeRequest {
			b.conn.Secrets = map[string]plugin.Secret{"client_secret": plugin.NewSecret("wrong")}
			return answer(allow, nil)(b)
		}, want: plugin.Error{Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Pointer: "/client_secret", HTTPStatus: 401, VendorCode: "invalid_client"}},
		{name: "no client id", why: "there is nothing to log in to", settings: map[string]any{"client_id": nil},
			step: func(*bench) *plugin.AuthorizeRequest {
				return &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}}
			},
			want: plugin.Error{Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Pointer: "/client_id", Violations: []plugin.Violation{{Pointer: "/client_id", Message: "the client id is missing"}}}},
		{name: "login service is down", why: "the code may be spent, so only a new login helps", step: func(b *bench) *plugin.AuthorizeRequest {
			req := answer(allow, nil)(b)
			b.srv.Fail(sandbox.Fault{Path: "/oauth/v2/accessToken", Status: 503})
			return req
		}, want: plugin.Error{Kind: plugin.Unavailable, Source: plugin.SourceUpstream, HTTPStatus: 503}},
		{name: "two steps at once", why: "the host is confused", step: func(*bench) *plugin.AuthorizeRequest {
			return &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}, Complete: &plugin.AuthorizeComplete{}}
		}, want: plugin.Error{Kind: plugin.Internal, Source: plugin.SourceHost}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := tt.client
			if client == "" {
				client = sandbox.PartnerClient
			}
			b := newBench(t, client, tt.settings)
			_, err := b.plugin.Authorize(t.Context(), b.conn, tt.step(b))
			if err == nil {
				t.Fatal("it succeeded")
			}
			got := *plugin.AsError(err)
			if got.Message == "" || got.Hint == "" {
				t.Errorf("no message or no hint: %s", detailed(err))
			}
			got.Effect, tt.want.Effect = "", ""
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(plugin.Error{}, "Message", "Hint", "Detail", "RequestID", "Err")); diff != "" {
				t.Errorf("error, as %s (-want +got):\n%s", tt.why, diff)
			}
			if tok, _ := b.tokens(); tok != nil {
				t.Error("a token was stored")
			}
		})
	}
}

func TestCodeIsExchangedOnce(t *testing.T) {
	b := newBench(t, sandbox.PartnerClient, nil)
	begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	back := b.consent(begun.URL, url.Values{"decision": {"allow"}})
	b.srv.Fail(sandbox.Fault{Path: "/oauth/v2/accessToken", Reset: true})
	b.srv.ResetRequests()
	complete := &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{Session: begun.Session, Answer: plugin.NewSecret(back)}}
	_, err := b.plugin.Authorize(t.Context(), b.conn, complete)
	if e := plugin.AsError(err); e == nil || e.Kind != plugin.Unavailable || e.Retryable {
		t.Errorf("after a reset: %v", err)
	}
	if n := len(b.srv.Requests()); n != 1 {
		t.Errorf("the code was sent %d times", n)
	}
}

func TestLoginByTheBareCode(t *testing.T) {
	b := newBench(t, sandbox.PartnerClient, nil)
	begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	back, err := url.Parse(b.consent(begun.URL, url.Values{"decision": {"allow"}}))
	if err != nil {
		t.Fatal(err)
	}
	got := b.authorize(&plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{
		Session: begun.Session, Answer: plugin.NewSecret(" " + back.Query().Get("code") + "\n"),
	}})
	if !got.Done || got.Account.Name != "Cora Hartwell" {
		t.Errorf("login: %+v", got)
	}
}

func TestScopesThatWereDropped(t *testing.T) {
	b := newBench(t, sandbox.SelfServeClient, map[string]any{"scopes": "openid,profile,r_basicprofile"})
	b.srv.SetQuirks(sandbox.Quirks{DropScopes: true})
	got := b.logIn(0)
	if diff := cmp.Diff([]string{"r_basicprofile"}, got.Missing); diff != "" {
		t.Errorf("missing scopes (-want +got):\n%s", diff)
	}
	if got.Diagnostics[0].Pointer != "/scopes" || !strings.Contains(got.Diagnostics[0].Message, "r_basicprofile") {
		t.Errorf("diagnostics %+v", got.Diagnostics)
	}
}

func TestLoginWithoutAProfile(t *testing.T) {
	b := newBench(t, sandbox.SelfServeClient, map[string]any{"scopes": "w_member_social"})
	got := b.logIn(0)
	if !got.Done || got.Account != (plugin.Account{}) || len(got.Diagnostics) == 0 || got.Diagnostics[0].Severity != plugin.Warning {
		t.Errorf("login: %+v", got)
	}
	e := b.refused("get_profile", `{}`)
	if e.Kind != plugin.Forbidden || !strings.Contains(e.Hint, "openid") {
		t.Errorf("get_profile: %s", detailed(e))
	}
	b.wantPaths() // the scopes say it: nothing is sent
}

func TestAnotherLoginReplacesTheFirst(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	var first, second struct{ ID string }
	b.invoke("get_profile", `{}`, &first)
	if _, err := b.reconnect(3, true); err != nil {
		t.Fatal(detailed(err))
	}
	b.invoke("get_profile", `{}`, &second)
	if first.ID == second.ID || second.ID != b.srv.PersonID(b.client, 3) {
		t.Errorf("first %s, second %s: memory of the first member must not serve the second", first.ID, second.ID)
	}
}
