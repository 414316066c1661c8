package oauth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/linkstep/linkstep/connector/oauth"
)

// signer is who issues id_tokens.
type signer struct {
	key *rsa.PrivateKey
	kid string
}

func newSigner(t *testing.T, kid string) *signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{key, kid}
}

// jwks is the key set with the signer's key.
func (s *signer) jwks() string {
	part := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	return fmt.Sprintf(`{"keys":[{"kty":"EC","kid":%q},{"kty":"RSA","use":"sig","alg":"RS256","kid":%q,"n":%q,"e":%q}]}`,
		s.kid, s.kid, part(s.key.N), part(big.NewInt(int64(s.key.E))))
}

// sign makes an id_token, with zip in its header as LinkedIn's have.
func (s *signer) sign(t *testing.T, method jwt.SigningMethod, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	token.Header["zip"], token.Header["kid"] = "RS256", s.kid
	var key any = s.key
	switch method {
	case jwt.SigningMethodNone:
		key = jwt.UnsafeAllowNoneSignatureType
	case jwt.SigningMethodHS256:
		key = []byte(s.jwks())
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestVerifyIDToken(t *testing.T) {
	ours, stranger := newSigner(t, "k1"), newSigner(t, "k1")
	type claims = jwt.MapClaims
	at := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	for _, tt := range []struct {
		name, why string
		by        *signer // nil: ours
		method    jwt.SigningMethod
		change    claims // nil values delete
		want      string // what the reason says; empty: it holds
	}{
		{name: "as LinkedIn's are", why: "zip in the header is not looked at"},
		{name: "the older issuer", why: "documentation still names it", change: claims{"iss": "https://www.linkedin.com"}},
		{name: "several audiences", why: "we are one of them", change: claims{"aud": []string{"other", "78abc"}, "azp": "78abc"}},
		{name: "our clock is 4 minutes slow", why: "clocks differ", change: claims{"iat": at(4 * time.Minute)}},
		{name: "our clock is 4 minutes fast", why: "clocks differ", change: claims{"exp": at(-4 * time.Minute)}},

		{name: "issued tomorrow", why: "no clock is that wrong", change: claims{"iat": at(day)}, want: "used before issued"},
		{name: "expired", why: "it is an old one", change: claims{"exp": at(-6 * time.Minute)}, want: "expired"},
		{name: "for ever", why: "every id_token ends", change: claims{"exp": nil}, want: "exp claim is required"},
		{name: "another application", why: "its member ids are others", change: claims{"aud": "79other"}, want: "audience"},
		{name: "no audience", why: "it is for nobody", change: claims{"aud": nil}, want: "aud"},
		{name: "made for another party", why: "azp says who asked", change: claims{"azp": "79other"}, want: "another application"},
		{name: "another issuer", why: "not LinkedIn", change: claims{"iss": "https://www.linkedin.com.example.com"}, want: "www.linkedin.com.example.com"},
		{name: "no issuer", why: "nobody stands for it", change: claims{"iss": nil}, want: "has issued it"},
		{name: "a nonce", why: "we sent none, so it answers another request", change: claims{"nonce": "n-0S6"}, want: "nonce"},
		{name: "no member", why: "there is nobody to trust", change: claims{"sub": nil}, want: "about nobody"},
		{name: "another key by the same name", why: "it is forged", by: stranger, want: "signature is invalid"},
		{name: "a key that LinkedIn does not have", why: "it cannot be checked", by: &signer{ours.key, "k2"}, want: `no key "k2"`},
		{name: "no key named", why: "any would have to be tried", by: &signer{ours.key, ""}, want: "names no key"},
		{name: "no signature", why: "alg none is no algorithm", method: jwt.SigningMethodNone, want: "signing method none is invalid"},
		{name: "signed with the public key", why: "a mixed-up algorithm", method: jwt.SigningMethodHS256, want: "signing method HS256 is invalid"},
		{name: "another RSA algorithm", why: "LinkedIn announces RS256 only", method: jwt.SigningMethodPS256, want: "signing method PS256 is invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := claims{"iss": "https://www.linkedin.com/oauth", "aud": "78abc", "sub": "782bbtaQ", "iat": at(0), "exp": at(time.Hour)}
			for name, value := range tt.change {
				if all[name] = value; value == nil {
					delete(all, name)
				}
			}
			by, method := tt.by, tt.method
			if by == nil {
				by = ours
			}
			if method == nil {
				method = jwt.SigningMethodRS256
			}
			config := verifying(roundTrip(func(*http.Request) (*http.Response, error) { return reply(200, ours.jwks()), nil }))
			got, err := config.VerifyIDToken(t.Context(), by.sign(t, method, all))
			if tt.want == "" {
				if err != nil || got != "782bbtaQ" {
					t.Errorf("as %s: member %q, %v", tt.why, got, err)
				}
				return
			}
			var bad *oauth.IDTokenError
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), tt.want) || got != "" {
				t.Errorf("as %s: member %q, error %v; want one about %q", tt.why, got, err, tt.want)
			}
		})
	}
}

// verifying is a Config that knows whose id_tokens to believe, at noon.
func verifying(rt http.RoundTripper) *oauth.Config {
	config := configOn(rt)
	config.KeysURL = "https://www.example.com/oauth/openid/jwks"
	config.Issuers = []string{"https://www.linkedin.com", "https://www.linkedin.com/oauth"}
	config.Now = func() time.Time { return noon }
	return config
}

func TestVerifyWithoutKeys(t *testing.T) {
	ours := newSigner(t, "k1")
	idToken := ours.sign(t, jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": "https://www.linkedin.com/oauth", "aud": "78abc", "sub": "782bbtaQ", "exp": noon.Add(time.Hour).Unix()})
	for _, tt := range []struct {
		name    string
		answers []*http.Response
		ok      bool
		calls   int
	}{
		{"down for a moment", []*http.Response{reply(503, ""), reply(200, ours.jwks())}, true, 2},
		{"down", []*http.Response{reply(503, ""), reply(503, "")}, false, 2},
		{"gone", []*http.Response{reply(404, "")}, false, 1},
		{"a page", []*http.Response{reply(200, "<html>")}, false, 1},
		{"a small key", []*http.Response{reply(200, `{"keys":[{"kty":"RSA","kid":"k1","n":"AQAB","e":"AQAB"}]}`)}, false, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				config := verifying(roundTrip(func(req *http.Request) (*http.Response, error) {
					if req.Method != http.MethodGet || req.URL.Path != "/oauth/openid/jwks" {
						t.Errorf("%s %s", req.Method, req.URL)
					}
					calls++
					return tt.answers[calls-1], nil
				}))
				_, err := config.VerifyIDToken(t.Context(), idToken)
				var unread *oauth.Error
				if (err == nil) != tt.ok || err != nil && (!errors.As(err, &unread) || unread.Op != "keys") || calls != tt.calls {
					t.Errorf("error %v after %d calls, want %d", err, calls, tt.calls)
				}
			})
		})
	}
	for _, text := range []string{"", "e.y.J", "a.b", strings.Repeat("a", 40_000)} {
		var bad *oauth.IDTokenError
		if _, err := verifying(nil).VerifyIDToken(t.Context(), text); !errors.As(err, &bad) {
			t.Errorf("%.20q: error %v", text, err)
		}
	}
}
