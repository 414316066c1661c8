package connector_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// ownLogin starts a bench whose application has logged in for itself.
func ownLogin(t *testing.T) (*bench, *plugin.AuthorizeResponse) {
	t.Helper()
	b := newBench(t, sandbox.EnterpriseClient, map[string]any{"flow": "client_credentials", "scopes": nil})
	got := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	return b, got
}

func TestClientCredentials(t *testing.T) {
	b, got := ownLogin(t)
	if !got.Done || got.URL != "" || got.Account != (plugin.Account{Application: b.client}) || len(got.Diagnostics) != 0 {
		t.Errorf("login %+v", got)
	}
	if left := got.ExpiresAt.Sub(b.srv.Now()); left > 30*time.Minute+2*time.Second || left < 29*time.Minute {
		t.Errorf("the token lives for %s", left)
	}
	if diff := cmp.Diff([]string{"POST /oauth/v2/accessToken 200"}, b.steps()); diff != "" {
		t.Errorf("requests (-want +got): nobody is asked who it is\n%s", diff)
	}
	b.srv.ResetRequests()
	input := people(t, "", b.srv.PersonID(b.client, 1))
	b.invoke("get_people", input, nil)
	b.srv.Advance(time.Hour)
	b.open() // in the next process too
	b.invoke("get_people", input, nil)
	want := []string{"GET /v2/people 200", "GET /v2/people 401", "POST /oauth/v2/accessToken 200", "GET /v2/people 200"}
	if diff := cmp.Diff(want, b.steps()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestCheckOfClientCredentials(t *testing.T) {
	b, _ := ownLogin(t)
	for _, later := range []time.Duration{0, time.Hour, 400 * day} {
		b.srv.Advance(later)
		got := b.deepCheck()
		if !got.Token.Present || !got.Token.Refreshable || got.Token.WhyNot != "" || got.Account.Application != b.client {
			t.Errorf("after %s: %+v", later, got)
		}
		for _, d := range got.Diagnostics {
			if strings.Contains(d.Message+d.Hint, "og in") {
				t.Errorf("after %s: remark %+v: nobody can log in again", later, d)
			}
		}
	}
	for action, want := range map[string]plugin.Usability{"get_profile": plugin.Unusable, "list_connections": plugin.Unusable, "get_person": plugin.Untried, "search_people": plugin.Untried} {
		if got := b.status(action); got.Status != want {
			t.Errorf("%s: %+v, want %s", action, got, want)
		}
	}
	b.srv.ResetRequests()
	for _, action := range []string{"get_profile", "list_connections", "count_connections"} {
		if e := b.refused(action, `{}`); e.Kind != plugin.Forbidden || !strings.Contains(e.Message, "application itself") {
			t.Errorf("%s: %s", action, detailed(e))
		}
	}
	b.wantPaths()
}

func TestClientCredentialsRefused(t *testing.T) {
	b := newBench(t, sandbox.SelfServeClient, map[string]any{"flow": "client_credentials"})
	_, err := b.plugin.Authorize(t.Context(), b.conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	if e := plugin.AsError(err); e == nil || e.Kind != plugin.Forbidden || e.VendorCode != "access_denied" {
		t.Errorf("error %s", detailed(err))
	}
}

// native starts a bench with the native application, which has no secret.
func native(t *testing.T, flow string) *bench {
	t.Helper()
	b := newBench(t, sandbox.NativeClient, map[string]any{"flow": flow, "redirect_url": nil})
	b.conn.Secrets = nil
	return b
}

func TestNativeLogin(t *testing.T) {
	b := native(t, "native_pkce")
	begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	page, err := url.Parse(begun.URL)
	if err != nil {
		t.Fatal(err)
	}
	if q := page.Query(); page.Path != "/oauth/native-pkce/authorization" || q.Get("code_challenge_method") != "S256" {
		t.Errorf("page %s", begun.URL)
	}
	var session struct{ Verifier string }
	if err := json.Unmarshal([]byte(begun.Session.Reveal()), &session); err != nil || len(session.Verifier) < 43 || strings.Contains(begun.URL, session.Verifier) {
		t.Errorf("verifier of %d characters, %v", len(session.Verifier), err)
	}
	got := b.logIn(0)
	if !got.Done || got.Account.ID != b.srv.Me(b.client) {
		t.Errorf("login %+v", got)
	}
	if tok, _ := b.tokens(); tok.RefreshToken != "" {
		t.Error("the sandbox gives native applications no refresh token")
	}

	back := b.consent(begun.URL, url.Values{"decision": {"allow"}})
	other := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	bare, _ := url.Parse(back)
	_, err = b.plugin.Authorize(t.Context(), b.conn, &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{
		Session: other.Session, Answer: plugin.NewSecret(bare.Query().Get("code")),
	}})
	if plugin.KindOf(err) != plugin.Reauthorize {
		t.Errorf("a code with the verifier of another login: %v", err)
	}
}

// An application that LinkedIn has not enabled for native logins was told that
// the member had cancelled.
func TestNativeLoginOfAnotherApplication(t *testing.T) {
	b := newBench(t, sandbox.SelfServeClient, map[string]any{"flow": "native_pkce", "redirect_url": nil})
	b.conn.Secrets = nil
	begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	back := b.consent(begun.URL, url.Values{"decision": {"allow"}})
	_, err := b.plugin.Authorize(t.Context(), b.conn, &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{Session: begun.Session, Answer: plugin.NewSecret(back)}})
	if e := plugin.AsError(err); e == nil || e.Kind != plugin.Forbidden || e.VendorCode != "access_denied" || !strings.Contains(e.Message, "not allowed to use native PKCE") {
		t.Errorf("error %s", detailed(err))
	}
}

// A native login gets its answer at a free port, which the exchange names too.
func TestNativeRedirect(t *testing.T) {
	for _, tt := range []struct{ name, setting, host, path string }{
		{"by default", "", "127.0.0.1", "/callback"},
		{"any port", "http://127.0.0.1:0/answer", "127.0.0.1", "/answer"},
		{"a port", "http://[::1]:8919/answer", "::1", "/answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := native(t, "native_pkce")
			if tt.setting != "" {
				b = newBench(t, sandbox.NativeClient, map[string]any{"flow": "native_pkce", "redirect_url": tt.setting})
				b.conn.Secrets = nil
			}
			begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
			to, err := url.Parse(begun.RedirectURL)
			if err != nil {
				t.Fatal(err)
			}
			page, _ := url.Parse(begun.URL)
			if port := to.Port(); to.Hostname() != tt.host || to.Path != tt.path || port == "" || port == "0" || page.Query().Get("redirect_uri") != begun.RedirectURL {
				t.Errorf("redirect %s, page %s", begun.RedirectURL, begun.URL)
			}
			if tt.name != "a port" {
				ln, err := net.Listen("tcp", to.Host)
				if err != nil {
					t.Fatalf("the port is not free: %v", err)
				}
				ln.Close()
			}
			back := b.consent(begun.URL, url.Values{"decision": {"allow"}})
			if got := b.authorize(&plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{Session: begun.Session, Answer: plugin.NewSecret(back)}}); !got.Done {
				t.Errorf("login %+v", got)
			}
		})
	}
}

func TestNoPKCEOnTheStandardPage(t *testing.T) {
	b := newBench(t, sandbox.PartnerClient, nil)
	begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	b.logIn(0)
	if strings.Contains(begun.URL, "code_challenge") || strings.Contains(begun.Session.Reveal(), "verifier") {
		t.Errorf("page %s", begun.URL)
	}
	b = native(t, "authorization_code")
	_, err := b.plugin.Authorize(t.Context(), b.conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	if e := plugin.AsError(err); e == nil || e.Pointer != "/client_secret" {
		t.Errorf("without a secret: %v", err)
	}
}

// The code that a person pastes cannot be compared with a state: it must look like one.
func TestPastedCode(t *testing.T) {
	b := newBench(t, sandbox.PartnerClient, nil)
	begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	b.srv.ResetRequests()
	for name, text := range map[string]string{
		"a word":                "yes",
		"a sentence":            "I have logged in, what now please?",
		"an access token":       strings.Repeat("AQX_", 125),
		"a JSON web token":      "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI3ODJiYnRhUSJ9.c2lnbmF0dXJl",
		"an address without it": "localhost:8918/callback",
		"a code that was cut":   "AQTb3x",
		"only the code's part":  "code=AQcode-of-a-plausible-length",
		"without the state":     "http://localhost:8918/callback?code=AQcode-of-a-plausible-length",
	} {
		_, err := b.plugin.Authorize(t.Context(), b.conn, &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{Session: begun.Session, Answer: plugin.NewSecret(text)}})
		e := plugin.AsError(err)
		if e == nil || e.Kind != plugin.InvalidInput || e.Pointer != "/answer" || !strings.Contains(e.Hint, "whole address") || strings.Contains(detailed(e), text) {
			t.Errorf("%s: %s", name, detailed(err))
		}
		if name == "an access token" && !strings.Contains(e.Hint, "--access-token-stdin") {
			t.Errorf("%s: hint %q", name, e.Hint)
		}
		if strings.Contains(text, "code=") && !strings.Contains(e.Message, "it has no state") {
			t.Errorf("%s: message %q: nothing differs, there is none", name, e.Message)
		}
	}
	if n := len(b.srv.Requests()); n != 0 {
		t.Errorf("%d requests: nothing of this is to be sent", n)
	}
}

// An address is copied with the quotes around it.
func TestQuotedAnswer(t *testing.T) {
	for _, quote := range []string{"%q", "'%s'", "<%s>", " `%s`\n"} {
		b := newBench(t, sandbox.PartnerClient, nil)
		begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
		b.authorize(&plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{
			Session: begun.Session, Answer: plugin.NewSecret(fmt.Sprintf(quote, b.consent(begun.URL, url.Values{"decision": {"allow"}}))),
		}})
	}
}
