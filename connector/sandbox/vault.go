package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"sync"
	"time"
)

// How long things live.
// Source: learn.microsoft.com/linkedin/shared/authentication, read 2026-11-24.
const (
	codeLife      = 30 * time.Minute
	accessLife    = 60 * 24 * time.Hour
	refreshLife   = 365 * 24 * time.Hour // from the consent; a refresh does not extend it
	twoLeggedLife = 30 * time.Minute
)

// nobody is the member of a token that stands for an application only.
const nobody = -1

// grant is what a member allowed a client to do.
type grant struct {
	client     *Client
	member     int // index, or nobody
	scopes     []string
	authorized time.Time // when the member consented
}

// code is an authorization code.
type code struct {
	grant
	redirect  string
	challenge string // S256, on the native route only
	native    bool
	used      bool
}

// accessToken is what is known of an access token.
type accessToken struct {
	grant
	issued  time.Time
	expires time.Time
	revoked bool
	mask    string // what a person may see of it
}

// refreshToken is what is known of a refresh token.
type refreshToken struct {
	grant
	expires time.Time
	revoked bool
	mask    string
}

// digest stands for a code or token; the vault does not keep the values.
type digest [sha256.Size]byte

// vault keeps codes and tokens. It is safe for concurrent use.
type vault struct {
	mu      sync.Mutex // guards the fields below
	codes   map[digest]*code
	access  map[digest]*accessToken
	refresh map[digest]*refreshToken
}

func newVault() *vault {
	return &vault{
		codes:   map[digest]*code{},
		access:  map[digest]*accessToken{},
		refresh: map[digest]*refreshToken{},
	}
}

// opaque makes a value as LinkedIn's look: AQ and URL-safe characters for n random bytes.
func opaque(n int) string {
	random := make([]byte, n)
	_, _ = rand.Read(random) // never fails
	return "AQ" + base64.RawURLEncoding.EncodeToString(random)
}

// masked leaves as much of a token as lets a person tell two apart.
func masked(token string) string { return token[:6] + "…" + token[len(token)-4:] }

// addCode makes a code of some 180 characters.
func (v *vault) addCode(c code) string {
	value := opaque(135)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.codes[sha256.Sum256([]byte(value))] = &c
	return value
}

// useCode takes a code out for its only use. It returns nil for a code that never was.
func (v *vault) useCode(value string) *code {
	v.mu.Lock()
	defer v.mu.Unlock()
	c := v.codes[sha256.Sum256([]byte(value))]
	if c == nil {
		return nil
	}
	before := *c
	c.used = true
	return &before
}

// addAccess makes an access token of some 500 characters.
func (v *vault) addAccess(g grant, issued, expires time.Time) string {
	value := opaque(372)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.access[sha256.Sum256([]byte(value))] = &accessToken{grant: g, issued: issued, expires: expires, mask: masked(value)}
	return value
}

// addRefresh makes a refresh token.
func (v *vault) addRefresh(g grant) string {
	value := opaque(372)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refresh[sha256.Sum256([]byte(value))] = &refreshToken{
		grant: g, expires: g.authorized.Add(refreshLife), mask: masked(value),
	}
	return value
}

// findAccess returns a copy of what is known of an access token.
func (v *vault) findAccess(value string) (accessToken, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if t := v.access[sha256.Sum256([]byte(value))]; t != nil {
		return *t, true
	}
	return accessToken{}, false
}

// useRefresh takes a client's refresh token for one refresh. It returns what is known of it and the
// refresh token from then on: the same one or, with rotate, another that ends with it.
func (v *vault) useRefresh(value string, c *Client, now time.Time, rotate bool) (t refreshToken, next string, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	used := v.refresh[sha256.Sum256([]byte(value))]
	if used == nil || used.client != c || used.revoked || !now.Before(used.expires) {
		return refreshToken{}, "", false
	}
	t, next = *used, value
	if rotate {
		next = opaque(372)
		used.revoked = true
		v.refresh[sha256.Sum256([]byte(next))] = &refreshToken{grant: t.grant, expires: t.expires, mask: masked(next)}
	}
	return t, next, true
}

// holdsGrant reports whether the member has a living access token of the client for these scopes:
// then LinkedIn does not ask for consent again.
func (v *vault) holdsGrant(g grant, now time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, t := range v.access {
		if t.client == g.client && t.member == g.member && slices.Equal(t.scopes, g.scopes) &&
			!t.revoked && now.Before(t.expires) {
			return true
		}
	}
	return false
}

// replaceScopes revokes the access tokens that the member gave the client for another set of scopes.
// Refresh tokens live on.
func (v *vault) replaceScopes(g grant) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, t := range v.access {
		if t.client == g.client && t.member == g.member && !slices.Equal(t.scopes, g.scopes) {
			t.revoked = true
		}
	}
}
