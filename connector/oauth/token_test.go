package oauth_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/oauth"
)

func TestNothingPrintsASecret(t *testing.T) {
	token := oauth.Token{AccessToken: "canary-access", RefreshToken: "canary-refresh", IDToken: "canary-id", Expiry: noon}
	config := oauth.Config{ClientID: "78abc", ClientSecret: "canary-secret"}
	redirect, err := oauth.ParseRedirect("?code=canary-code&state=s")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{token, &token, config, &config, redirect, *redirect, []any{token, config}, struct{ T *oauth.Token }{&token}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "canary") {
				t.Errorf("%s of %T shows a secret: %s", verb, v, got)
			}
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("hello", "v", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("hello", "v", v)
		doc, err := json.Marshal(v)
		if strings.Contains(log.String(), "canary") || strings.Contains(string(doc), "canary") {
			t.Errorf("%T in a log or document shows a secret: %s %s %v", v, log.String(), doc, err)
		}
	}
}

func TestEncodeDecode(t *testing.T) {
	want := firstToken()
	want.Assumed, want.Scopes = true, []string{"openid"}
	with := *want
	with.IDToken = "e.y.J" // it describes the member: never at rest
	data, err := with.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := oauth.DecodeToken(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain(want), plain(got)); diff != "" {
		t.Errorf("after %s (-want +got):\n%s", data, diff)
	}
}

func TestDecodeTokenRefuses(t *testing.T) {
	for _, tt := range []struct{ why, data string }{
		{"a token that was marshaled, not encoded", `"REDACTED"`},
		{"half a document", `{"access_token":"AT1"`},
		{"no expiry: it would never be renewed", `{"access_token":"AT1"}`},
		{"no token", `{"expiry":"2026-11-24T12:00:00Z"}`},
	} {
		if got, err := oauth.DecodeToken([]byte(tt.data)); err == nil {
			t.Errorf("%s: DecodeToken(%s) = %v, want an error", tt.why, tt.data, got)
		}
	}
}

// The reason of an end was stored as a sentence, which the host took for a
// secret for its length and struck from the log.
func TestReasonsAreStoredAsCodes(t *testing.T) {
	for _, r := range []oauth.Reason{
		oauth.ReasonNoToken, oauth.ReasonExpired, oauth.ReasonRefused, oauth.ReasonRevoked, oauth.ReasonRefreshExpired, oauth.ReasonGrantDead,
	} {
		if strings.Contains(string(r), " ") || !strings.Contains(r.String(), " ") {
			t.Errorf("code %q, words %q", string(r), r)
		}
		for _, stored := range []string{string(r), r.String()} { // now, and by version 0.1.0
			got, err := oauth.DecodeToken(fmt.Appendf(nil, `{"ended":%q,"ended_at":"2026-11-24T12:00:00Z"}`, stored))
			if err != nil || got.Ended != r {
				t.Errorf("DecodeToken of %q: %v, %v", stored, got, err)
			}
		}
	}
}
