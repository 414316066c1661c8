package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// tokensMadeElsewhere logs in to the sandbox without the command.
func (u *user) tokensMadeElsewhere() (access, refresh string) {
	u.t.Helper()
	s := u.sandbox.Settings()
	location, err := consent(u.t.Context(), s.AuthURL+"/oauth/v2/authorization?"+url.Values{
		"response_type": {"code"}, "client_id": {s.ClientID}, "redirect_uri": {s.RedirectURL}, "state": {"x"}, "scope": {s.Scopes},
	}.Encode())
	if err != nil {
		u.t.Fatal(err)
	}
	back, err := url.Parse(location)
	if err != nil {
		u.t.Fatal(err)
	}
	resp, err := http.PostForm(s.AuthURL+"/oauth/v2/accessToken", url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "client_id": {s.ClientID},
		"client_secret": {s.ClientSecret}, "redirect_uri": {s.RedirectURL},
	})
	if err != nil {
		u.t.Fatal(err)
	}
	defer resp.Body.Close()
	var tokens struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&tokens); err != nil || tokens.RefreshToken == "" {
		u.t.Fatalf("status %d, %v", resp.StatusCode, err)
	}
	return tokens.AccessToken, tokens.RefreshToken
}

// writeSettings writes settings to a file for connect.
func (u *user) writeSettings(settings any) string {
	u.t.Helper()
	doc, err := json.Marshal(settings)
	if err != nil {
		u.t.Fatal(err)
	}
	file := filepath.Join(u.t.TempDir(), "settings.json")
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		u.t.Fatal(err)
	}
	return file
}

// bring connects with tokens that were made elsewhere.
func (u *user) bring(name string, settings any, tokens string) []byte {
	u.t.Helper()
	connect := u.command("connect", "linkedin", "--name", name, "--dev", "--settings", u.writeSettings(settings), "--access-token-stdin")
	connect.Stdin = strings.NewReader(tokens)
	out, err := connect.CombinedOutput()
	if err != nil {
		u.t.Fatalf("connect: %v\n%s", err, out)
	}
	return out
}

// Without the application's id and secret nobody tells what a token may do and
// when it ends.
func TestTokenOfNoKnownApplicationIsBrought(t *testing.T) {
	u := newUser(t)
	access, _ := u.tokensMadeElsewhere()
	s := u.sandbox.Settings()
	out := string(u.bring("me", map[string]string{"api_url": s.APIURL, "auth_url": s.AuthURL}, "Bearer "+access))
	for _, want := range []string{"\nscopes granted: not known\n", "Z, which is assumed\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("connect does not say %q:\n%s", want, out)
		}
	}
}

// TestBothTokensAreBrought wants the brought refresh token used.
func TestBothTokensAreBrought(t *testing.T) {
	u := newUser(t)
	access, refresh := u.tokensMadeElsewhere()
	out := u.bring("me", u.sandbox.Settings(), "Bearer "+access+"\r\n"+refresh+"\n")
	if strings.Contains(string(out), "assumed") {
		t.Errorf("LinkedIn has said when it ends:\n%s", out)
	}
	u.sandbox.ExpireAccessTokens()
	more, err := u.command("invoke", "linkedin.get_profile").CombinedOutput()
	if err != nil {
		t.Errorf("with the access token expired: %v\n%s", err, more)
	}
	for _, secret := range []string{access, refresh} {
		if strings.Contains(string(out)+string(more), secret) {
			t.Error("a token is printed")
		}
	}
}

// An application that acts for itself has no member.
func TestApplicationItselfIsNamed(t *testing.T) {
	u := newUser(t)
	u.client = sandbox.EnterpriseClient
	if out := u.connect(); !strings.Contains(out, "connected me to linkedin as the application itself\n") {
		t.Errorf("connect says:\n%s", out)
	}
}

// What a sandbox says of its clients is enough to connect as any of them.
func TestEveryClientOfTheSandboxConnects(t *testing.T) {
	u := newUser(t)
	for _, c := range sandbox.ShippedClients() {
		u.client = c.ID
		if out := u.connect("--name", c.ID); !strings.Contains(out, "connected "+c.ID+" to linkedin as ") {
			t.Errorf("connect as %s says:\n%s", c.Name, out)
		}
	}
}

// Another connection whose login has ended has nothing to lose by this one.
func TestEndedTwinIsNotWarnedOf(t *testing.T) {
	u := newUser(t)
	u.connect()
	u.sandbox.Advance(400 * 24 * time.Hour)
	if out := u.connect("--name", "twin", "--set", "scopes=openid profile"); strings.Contains(out, "same account") {
		t.Errorf("connect says:\n%s", out)
	}
	if out := u.connect("--name", "third", "--set", "scopes=openid"); strings.Count(out, "same account") != 1 || !strings.Contains(out, "the connection twin has") {
		t.Errorf("connect says:\n%s", out)
	}
}
