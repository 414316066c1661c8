package connector_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// bring logs in with a token that was made elsewhere.
func (b *bench) bring(token string) (*plugin.AuthorizeResponse, error) {
	return b.plugin.Authorize(b.t.Context(), b.conn, &plugin.AuthorizeRequest{Token: &plugin.AuthorizeToken{AccessToken: plugin.NewSecret(token)}})
}

// made returns a token that an application has got on another machine.
func (b *bench) made(client string) string {
	b.t.Helper()
	own := *b
	own.client = client
	own.conn = own.connection("elsewhere", nil)
	own.logIn(2)
	tok, _ := own.tokens()
	b.srv.ResetRequests()
	return tok.AccessToken
}

func TestBroughtToken(t *testing.T) {
	t.Run("of the same application", func(t *testing.T) {
		b := newBench(t, sandbox.PartnerClient, nil)
		got, err := b.bring(b.made(b.client))
		if err != nil {
			t.Fatal(detailed(err))
		}
		if diff := cmp.Diff([]string{"email", "openid", "profile"}, got.Granted); diff != "" || got.Account.ID != b.srv.PersonID(b.client, 2) {
			t.Errorf("login %+v", got)
		}
		if tok, _ := b.tokens(); tok.Assumed || tok.Expiry.IsZero() {
			t.Errorf("token %v: LinkedIn has told its expiry", tok)
		}
		const says = "no refresh token that can be used here was brought along"
		if why := b.check(false).Token.WhyNot; why != says || len(got.Diagnostics) != 1 || !strings.Contains(got.Diagnostics[0].Message, says) {
			t.Errorf("why it is not renewed: %q, %+v; it is not LinkedIn that gave none", why, got.Diagnostics)
		}
		if b.steps()[0] != "POST /oauth/v2/introspectToken 200" {
			t.Errorf("requests %q", b.steps())
		}
	})
	t.Run("without an application", func(t *testing.T) {
		b := newBench(t, sandbox.PartnerClient, map[string]any{"client_id": nil})
		b.conn.Secrets = nil
		got, err := b.bring(b.made(sandbox.PartnerClient))
		if err != nil {
			t.Fatal(detailed(err))
		}
		tok, _ := b.tokens()
		if !tok.Assumed || len(got.Granted) != 0 || len(got.Missing) != 0 || got.Account.Name == "" {
			t.Errorf("token %v, login %+v", tok, got)
		}
		usage, err := b.plugin.Usage(t.Context(), b.conn)
		if err != nil || len(usage.Buckets) == 0 {
			t.Errorf("usage %+v, %v", usage, err)
		}
	})
	t.Run("that only me answers", func(t *testing.T) {
		b := newBench(t, sandbox.PartnerClient, map[string]any{"client_id": nil})
		b.conn.Secrets = nil
		if _, err := b.bring(b.made(sandbox.CommunityClient)); err != nil {
			t.Fatal(detailed(err))
		}
		if diff := cmp.Diff([]string{"GET /v2/userinfo 403", "GET /v2/me 200"}, b.steps()); diff != "" {
			t.Errorf("login (-want +got):\n%s", diff)
		}
		b.srv.ResetRequests()
		b.open()
		b.invoke("get_profile", `{}`, nil)
		if diff := cmp.Diff([]string{"GET /v2/me 200"}, b.steps()); diff != "" {
			t.Errorf("later, which one answers is remembered (-want +got):\n%s", diff)
		}
	})
	t.Run("of another application", func(t *testing.T) {
		b := newBench(t, sandbox.PartnerClient, nil)
		got, err := b.bring(b.made(sandbox.SelfServeClient))
		if err != nil || got.Account.ID != b.srv.PersonID(sandbox.SelfServeClient, 2) {
			t.Fatalf("login %+v, %v", got, err)
		}
		if d := got.Diagnostics[0]; d.Severity != plugin.Warning || d.Pointer != "/client_id" || !strings.Contains(d.Message, "another") {
			t.Errorf("remarks %+v: whose token it is was not remarked", got.Diagnostics)
		}
	})
}

// bringBoth logs in with the tokens of a partner's application that were made
// elsewhere, after meanwhile.
func (b *bench) bringBoth(meanwhile func(*oauth.Token)) (*plugin.AuthorizeResponse, error) {
	b.t.Helper()
	own := *b
	own.client = sandbox.PartnerClient
	own.conn = own.connection("elsewhere", nil)
	own.logIn(2)
	tok, _ := own.tokens()
	b.srv.ResetRequests()
	meanwhile(tok)
	return b.plugin.Authorize(b.t.Context(), b.conn, &plugin.AuthorizeRequest{Token: &plugin.AuthorizeToken{
		AccessToken: plugin.NewSecret(tok.AccessToken), RefreshToken: plugin.NewSecret(tok.RefreshToken),
	}})
}

// An access token that had expired was refused, whatever came with it.
func TestBroughtTokenExpired(t *testing.T) {
	t.Run("renewed", func(t *testing.T) {
		b := newBench(t, sandbox.PartnerClient, nil)
		b.srv.SetQuirks(sandbox.Quirks{RotateRefreshTokens: true})
		var brought *oauth.Token
		got, err := b.bringBoth(func(tok *oauth.Token) { brought = tok; b.srv.ExpireAccessTokens() })
		if err != nil {
			t.Fatal(detailed(err))
		}
		if got.Account.ID != b.srv.PersonID(b.client, 2) || len(got.Diagnostics) != 0 {
			t.Errorf("login %+v", got)
		}
		if diff := cmp.Diff([]string{"POST /oauth/v2/introspectToken 200", "POST /oauth/v2/accessToken 200", "GET /v2/userinfo 200"}, b.steps()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		if tok, _ := b.tokens(); tok.AccessToken == brought.AccessToken || tok.RefreshToken == "" || tok.RefreshToken == brought.RefreshToken || tok.RefreshExpiry.IsZero() {
			t.Errorf("token %v: it is not the renewed one", tok)
		}
		b.invoke("get_profile", `{}`, nil)
	})
	t.Run("renewed and nobody says whose it is", func(t *testing.T) {
		b := newBench(t, sandbox.PartnerClient, nil)
		got, err := b.bringBoth(func(*oauth.Token) { b.srv.ExpireAccessTokens(); b.srv.FailNext(503, 1) })
		if err != nil || len(got.Diagnostics) != 1 || !strings.Contains(got.Diagnostics[0].Message, "not known") {
			t.Fatalf("login %+v, %v: what was renewed must not be lost", got, err)
		}
		b.invoke("get_profile", `{}`, nil)
	})
	t.Run("dead", func(t *testing.T) {
		b := newBench(t, sandbox.PartnerClient, nil)
		b.logIn(0)
		good, _ := b.tokens()
		_, err := b.bringBoth(func(*oauth.Token) { b.srv.Advance(366 * day) })
		e := plugin.AsError(err)
		if e == nil || e.Kind != plugin.Reauthorize || !strings.Contains(e.Message, "brought along") || !strings.Contains(e.Message, "refresh token") || e.HTTPStatus != 400 {
			t.Errorf("error %s", detailed(err))
		}
		if now, _ := b.tokens(); now.AccessToken != good.AccessToken {
			t.Error("it has replaced the login before")
		}
	})
}

func TestBroughtRefreshToken(t *testing.T) {
	both := func(b *bench) (*plugin.AuthorizeResponse, error) { return b.bringBoth(func(*oauth.Token) {}) }
	t.Run("of the same application", func(t *testing.T) {
		b := newBench(t, sandbox.PartnerClient, nil)
		if got, err := both(b); err != nil || len(got.Diagnostics) != 0 || !b.check(false).Token.Refreshable {
			t.Fatalf("login %+v, %v", got, err)
		}
		b.srv.Advance(61 * day)
		b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
		if got := b.check(false).Token; got.RefreshExpiresAt == nil {
			t.Errorf("after a refresh the end of the refresh token is known: %+v", got)
		}
	})
	for name, settings := range map[string]map[string]any{
		"without an application": {"client_id": nil}, "of another application": {"client_id": sandbox.SelfServeClient},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, sandbox.PartnerClient, settings)
			if settings["client_id"] != nil {
				self, err := b.srv.SettingsFor(sandbox.SelfServeClient)
				if err != nil {
					t.Fatal(err)
				}
				b.conn.Secrets = map[string]plugin.Secret{"client_secret": plugin.NewSecret(self.ClientSecret)}
			}
			got, err := both(b)
			if err != nil {
				t.Fatal(detailed(err))
			}
			kept := !slices.ContainsFunc(got.Diagnostics, func(d plugin.Diagnostic) bool { return d.Pointer == "/refresh_token" })
			if tok, _ := b.tokens(); tok.RefreshToken != "" || kept || b.check(false).Token.Refreshable {
				t.Errorf("login %+v: a refresh token of no use is kept", got)
			}
		})
	}
}

func TestBroughtTokenRefused(t *testing.T) {
	for name, change := range map[string]func(*bench, string) string{
		"garbage": func(*bench, string) string { return "garbage" },
		"expired": func(b *bench, tok string) string { b.srv.ExpireAccessTokens(); return tok },
		"revoked": func(b *bench, tok string) string { b.srv.RevokeAccessTokens(); return tok },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, sandbox.PartnerClient, nil)
			b.logIn(0)
			good, _ := b.tokens()
			token := change(b, b.made(b.client))
			_, err := b.bring(token)
			e := plugin.AsError(err)
			if e == nil || e.Kind != plugin.Reauthorize || !strings.Contains(e.Message, "brought along") || strings.Contains(e.Message, "any more") || !strings.Contains(e.Hint, "--access-token-stdin") {
				t.Errorf("error %s", detailed(err))
			}
			if now, _ := b.tokens(); now.AccessToken != good.AccessToken {
				t.Error("it has replaced a token that may be good")
			}
		})
	}
	t.Run("without an application", func(t *testing.T) {
		b := newBench(t, sandbox.PartnerClient, map[string]any{"client_id": nil})
		b.conn.Secrets = nil
		_, err := b.bring("garbage") // nobody introspects: the API is asked
		if e := plugin.AsError(err); e == nil || e.Kind != plugin.Reauthorize || !strings.Contains(e.Message, "brought along") || e.HTTPStatus != 401 {
			t.Errorf("error %s", detailed(err))
		}
	})
	t.Run("empty", func(t *testing.T) {
		b := newBench(t, sandbox.PartnerClient, nil)
		if _, err := b.bring(""); plugin.KindOf(err) != plugin.InvalidInput {
			t.Errorf("error %v", err)
		}
	})
}
