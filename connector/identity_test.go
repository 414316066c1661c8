package connector_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// testKey signs the id_tokens of tests.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// issue makes the next login end with an id_token of the member A1, as LinkedIn makes them but for
// these claims, signed with a key that LinkedIn names.
func (b *bench) issue(change jwt.MapClaims) {
	b.t.Helper()
	now := b.srv.Now()
	claims := jwt.MapClaims{"iss": "https://www.linkedin.com/oauth", "aud": b.client, "sub": "A1", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	for name, value := range change {
		claims[name] = value
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["zip"], token.Header["kid"] = "RS256", "k1"
	idToken, err := token.SignedString(testKey())
	if err != nil {
		b.t.Fatal(err)
	}
	b.srv.Fail(sandbox.Fault{Path: "/oauth/v2/accessToken", Status: 200, Body: fmt.Sprintf(
		`{"access_token":"AQX","expires_in":5183999,"scope":"openid,profile","token_type":"Bearer","id_token":%q}`, idToken)})
	part := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	b.srv.Fail(sandbox.Fault{Path: "/oauth/openid/jwks", Status: 200, Body: fmt.Sprintf(
		`{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"k1","n":%q,"e":%q}]}`,
		part(testKey().N), part(big.NewInt(int64(testKey().E))))})
}

func TestIDTokenThatDoesNotHold(t *testing.T) {
	for name, spoil := range map[string]func(*bench){
		"of another application": func(b *bench) { b.issue(jwt.MapClaims{"aud": sandbox.SelfServeClient}) },
		"of another issuer":      func(b *bench) { b.issue(jwt.MapClaims{"iss": "https://example.com/oauth"}) },
		"of last week":           func(b *bench) { b.issue(jwt.MapClaims{"exp": b.srv.Now().Add(-7 * day).Unix()}) },
		"signed with a key that LinkedIn does not have": func(b *bench) {
			b.issue(nil)
			faults := b.srv.Faults()
			b.srv.ClearFaults()
			for _, f := range faults {
				if f.Path == "/oauth/v2/accessToken" {
					b.srv.Fail(f)
				}
			}
		},
		"about another member than the API tells of": func(b *bench) {
			b.issue(nil)
			b.srv.Fail(sandbox.Fault{Path: "/v2/userinfo", Status: 200, Body: `{"sub":"B2"}`})
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, sandbox.PartnerClient, nil)
			spoil(b)
			e := plugin.AsError(b.tryLogin())
			if e == nil || e.Kind != plugin.BadUpstream || e.Source != plugin.SourceUpstream || e.Retryable || !strings.Contains(e.Detail, "id_token") {
				t.Errorf("error %s", detailed(e))
			}
			if tok, _ := b.tokens(); tok != nil {
				t.Error("the token is used all the same")
			}
		})
	}
}

// Where the keys cannot be had the id_token counts for nothing, and the login goes on: LinkedIn's API
// tells who it is.
func TestLoginWithoutTheKeys(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		times  int
		remark bool
	}{{1, false}, {2, true}} {
		t.Run(fmt.Sprintf("refused %d times", tt.times), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, sandbox.PartnerClient, nil)
			b.srv.Fail(sandbox.Fault{Path: "/oauth/openid/jwks", Status: 503, Times: tt.times})
			got := b.logIn(0)
			told := len(got.Diagnostics) == 1 && strings.Contains(got.Diagnostics[0].Message, "id_token")
			if got.Account.ID != b.srv.Me(b.client) || told != tt.remark {
				t.Errorf("login %+v", got)
			}
		})
	}
}

// The id_token has the member's name and address in it.
func TestIDTokenIsNotKept(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	if kept := string(b.kept()); strings.Contains(kept, "id_token") || strings.Contains(kept, "eyJ") {
		t.Errorf("kept:\n%s", kept)
	}
}
