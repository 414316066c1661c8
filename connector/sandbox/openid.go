package sandbox

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"time"
)

// idTokenLife is unverified; an hour is usual.
const idTokenLife = time.Hour

// issuer is where the discovery document lies.
func (s *Server) issuer() string { return s.URL() + "/oauth" }

// idToken signs what an application may know of a member who signed in.
func (s *Server) idToken(g grant, now time.Time) string {
	claims := s.claims(g)
	claims["iss"] = s.issuer()
	claims["aud"] = g.client.ID
	claims["iat"] = now.Unix()
	claims["exp"] = now.Add(idTokenLife).Unix()
	// LinkedIn's tokens carry the member zip, which no standard knows.
	header := map[string]string{"zip": "RS256", "typ": "JWT", "kid": keyID(), "alg": "RS256"}
	signed := encodePart(header) + "." + encodePart(claims)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, signingKey(), crypto.SHA256, sum[:])
	if err != nil {
		return "" // cannot be: the key fits the digest
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func encodePart(v any) string {
	b, _ := json.Marshal(v) // maps of strings and numbers
	return base64.RawURLEncoding.EncodeToString(b)
}

// discovery is the OpenID configuration, as captured on 2026-08-13 but for the host.
func (s *Server) discovery() reply {
	return jsonReply(http.StatusOK, map[string]any{
		"issuer":                                s.issuer(),
		"authorization_endpoint":                s.URL() + "/oauth/v2/authorization",
		"token_endpoint":                        s.URL() + "/oauth/v2/accessToken",
		"userinfo_endpoint":                     s.URL() + "/v2/userinfo",
		"jwks_uri":                              s.URL() + "/oauth/openid/jwks",
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "profile", "email"},
		"claims_supported": []string{"iss", "aud", "iat", "exp", "sub", "name", "given_name", "family_name",
			"picture", "email", "email_verified", "locale"},
	})
}

// jwks is the key set with which tokens are verified.
func (s *Server) jwks() reply {
	key := signingKey()
	return jsonReply(http.StatusOK, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": keyID(),
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}}})
}
