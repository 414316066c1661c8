package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
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

// TestBothTokensAreBrought wants the brought refresh token used.
func TestBothTokensAreBrought(t *testing.T) {
	u := newUser(t)
	access, refresh := u.tokensMadeElsewhere()
	doc, err := json.Marshal(u.sandbox.Settings())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "settings.json")
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	connect := u.command("connect", "linkedin", "--name", "me", "--dev", "--settings", file, "--access-token-stdin")
	connect.Stdin = strings.NewReader(access + "\r\n" + refresh + "\n")
	out, err := connect.CombinedOutput()
	if err != nil {
		t.Fatalf("connect: %v\n%s", err, out)
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
