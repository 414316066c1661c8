package sandbox_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

func TestIDToken(t *testing.T) {
	v := arrive(t, nil, sandbox.SelfServeClient)
	got := v.signIn(0)
	v.token = got.AccessToken
	parts := strings.Split(got.IDToken, ".")
	if len(parts) != 3 {
		t.Fatalf("id_token has %d parts", len(parts))
	}
	var header, claims map[string]any
	unpack(t, parts[0], &header)
	unpack(t, parts[1], &claims)

	discovery := v.do("GET", "/oauth/.well-known/openid-configuration", nil, "").json(t)
	keys := v.do("GET", strings.TrimPrefix(discovery["jwks_uri"].(string), v.server.URL()), nil, "").json(t)
	key := keys["keys"].([]any)[0].(map[string]any)
	if header["kid"] != key["kid"] || header["alg"] != "RS256" || header["zip"] != "RS256" {
		t.Errorf("header %v; want the key id of the set and the odd member zip", header)
	}
	n, _ := base64.RawURLEncoding.DecodeString(key["n"].(string))
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}
	if public.N.BitLen() != 2048 {
		t.Errorf("key of %d bits, want 2048: libraries refuse shorter ones", public.N.BitLen())
	}
	if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature); err != nil {
		t.Errorf("signature: %v", err)
	}

	if claims["iss"] != discovery["issuer"] || claims["aud"] != sandbox.SelfServeClient || claims["exp"].(float64)-claims["iat"].(float64) != 3600 {
		t.Errorf("claims %v", claims)
	}
	for _, name := range []string{"iss", "aud", "exp", "iat"} {
		delete(claims, name)
	}
	if diff := cmp.Diff(v.get("/v2/userinfo").json(t), claims); diff != "" {
		t.Errorf("claims differ from userinfo (-userinfo +claims):\n%s", diff)
	}
}

func unpack(t *testing.T, part string, to any) {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, to); err != nil {
		t.Fatal(err)
	}
}

func TestDiscoveryIsOnlyUnderOAuth(t *testing.T) {
	v := arrive(t, nil, sandbox.SelfServeClient)
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
		if a := v.do("GET", path, nil, ""); a.Status != 404 {
			t.Errorf("%s: status %d, want 404", path, a.Status)
		}
	}
}
