package oauth_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/oauth"
)

func TestRedirect(t *testing.T) {
	tests := []struct {
		name, why string
		answer    string
		code      string
		err       error
		cancelled bool
	}{
		{name: "code", why: "as the browser was sent", answer: "http://localhost:8918/callback?code=AQ1&state=s1", code: "AQ1"},
		{name: "query", why: "state first, nothing before it, pasted with a line end", answer: " state=s1&code=AQ1\n", code: "AQ1"},
		{name: "fragment", why: "some browsers add one", answer: "http://localhost/?code=AQ1&state=s1#_=_", code: "AQ1"},
		{name: "wrong state", why: "another login's answer", answer: "?code=AQ1&state=s2", err: oauth.ErrState},
		{name: "no state", why: "forged", answer: "?code=AQ1", err: oauth.ErrState},
		{name: "refusal with a wrong state", why: "it is not believed either", answer: "?error=user_cancelled_login", err: oauth.ErrState},
		{
			name: "cancelled", why: "the member said no", cancelled: true,
			answer: "?error=user_cancelled_authorize&error_description=The+user+cancelled&state=s1",
			err:    &oauth.DeniedError{Code: "user_cancelled_authorize", Description: "The user cancelled"},
		},
		{name: "denied", why: "many services say so of a member", cancelled: true, answer: "?error=access_denied&state=s1", err: &oauth.DeniedError{Code: "access_denied"}},
		{
			name: "denied to the application", why: "it was told as the member's choice",
			answer: "?error=access_denied&error_description=This+application+is+not+allowed+to+use+native+PKCE&state=s1",
			err:    &oauth.DeniedError{Code: "access_denied", Description: "This application is not allowed to use native PKCE"},
		},
		{
			name: "scope", why: "LinkedIn writes HTML into it",
			answer: "?error=unauthorized_scope_error&error_description=Scope+%26quot%3Br_liteprofile%26quot%3B+is+not+authorized+for+your+application&state=s1",
			err:    &oauth.DeniedError{Code: "unauthorized_scope_error", Description: `Scope "r_liteprofile" is not authorized for your application`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := oauth.ParseRedirect(tt.answer)
			if err != nil {
				t.Fatalf("%s: %v", tt.why, err)
			}
			code, err := r.CodeFor("s1")
			if code != tt.code {
				t.Errorf("%s: code %q, want %q", tt.why, code, tt.code)
			}
			var denied *oauth.DeniedError
			if errors.As(err, &denied) {
				if diff := cmp.Diff(tt.err, err); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tt.why, diff)
				}
				if denied.Cancelled() != tt.cancelled {
					t.Errorf("%s: cancelled %t, want %t", tt.why, denied.Cancelled(), tt.cancelled)
				}
			} else if !errors.Is(err, tt.err) {
				t.Errorf("%s: error %v, want %v", tt.why, err, tt.err)
			}
		})
	}
}

func TestRedirectRefuses(t *testing.T) {
	for _, tt := range []struct{ why, answer string }{
		{"nothing pasted", ""},
		{"the page before the consent", "https://www.linkedin.com/oauth/v2/authorization?client_id=1"},
		{"a broken query", "?code=%zz"},
	} {
		if r, err := oauth.ParseRedirect(tt.answer); err == nil {
			t.Errorf("%s: ParseRedirect(%q) = %v, want an error", tt.why, tt.answer, r)
		}
	}
	r, err := oauth.ParseRedirect("?code=AQ1&state=")
	if err != nil {
		t.Fatal(err)
	}
	if code, err := r.CodeFor(""); !errors.Is(err, oauth.ErrState) {
		t.Errorf("CodeFor without a state = %q, %v; want ErrState", code, err)
	}
}
