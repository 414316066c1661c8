package sandbox

import "time"

// Quirks are behaviours that LinkedIn's documentation leaves open, that differ between its pages, or
// that only some accounts see. Zero values are the likely behaviour.
type Quirks struct {
	// RefuseLargeCount answers 400 to a count over the maximum instead of lowering it.
	RefuseLargeCount bool `json:"refuse_large_count,omitempty"`

	// PrivateMembers says how a member who hides from applications looks.
	PrivateMembers PrivateMembers `json:"private_members,omitempty"`

	// MaxBatch is the most ids in one batch request; more is a 400. Zero means 100.
	MaxBatch int `json:"max_batch,omitempty"`

	// SearchWindow is how deep a search may be paged. Zero means 1000.
	SearchWindow int `json:"search_window,omitempty"`

	// SearchGone answers the people search as LinkedIn's real host is expected to: 404.
	SearchGone bool `json:"search_gone,omitempty"`

	// NoTotal leaves paging.total out.
	NoTotal bool `json:"no_total,omitempty"`

	// ShortPages drops every fifth element of a page in mid-stream, as finders do that filter late.
	ShortPages bool `json:"short_pages,omitempty"`

	// ThrottledPictures answers decorations of pictures with displayImage! in a 200.
	ThrottledPictures bool `json:"throttled_pictures,omitempty"`

	// LocaleObject writes the locale of userinfo as an object instead of a string.
	LocaleObject bool `json:"locale_object,omitempty"`

	// OldDenials leaves "code" out of a 403 and words it as before 2023.
	OldDenials bool `json:"old_denials,omitempty"`

	// DropScopes grants what it may and says nothing, instead of refusing a scope that the
	// application does not have.
	DropScopes bool `json:"drop_scopes,omitempty"`

	// FreshTokenSeconds is how long a new access token is refused as revoked.
	FreshTokenSeconds int `json:"fresh_token_seconds,omitempty"`

	// Unauthorized401 answers 401 where the documentation of 2023 says 401 and that of 2025 says 400:
	// errors on the authorize page, and an unknown authorization code.
	Unauthorized401 bool `json:"unauthorized_401,omitempty"`

	// InvalidRedirect names a code mismatch invalid_redirect_uri instead of invalid_request.
	InvalidRedirect bool `json:"invalid_redirect,omitempty"`

	// InvalidGrant names a dead refresh token invalid_grant instead of invalid_request.
	InvalidGrant bool `json:"invalid_grant,omitempty"`

	// RotateRefreshTokens lets each refresh token work once: a refresh answers another one, which ends
	// when the first would have, and the old one is dead from then on. LinkedIn answers the same one.
	RotateRefreshTokens bool `json:"rotate_refresh_tokens,omitempty"`
}

// PrivateMembers says how a member who hides from applications looks.
type PrivateMembers string

// The three ways that were seen.
const (
	PrivatePlaceholder PrivateMembers = ""          // an entity whose id is "private"
	PrivateNotFound    PrivateMembers = "not_found" // 404
	PrivateForbidden   PrivateMembers = "forbidden" // 403
)

// Quirks returns the quirks now in force.
func (s *Server) Quirks() Quirks {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.quirks
}

// SetQuirks replaces all quirks, from the next call on.
func (s *Server) SetQuirks(q Quirks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quirks = q
}

// freshDelay is how long a new access token is refused.
func (q *Quirks) freshDelay() time.Duration { return time.Duration(q.FreshTokenSeconds) * time.Second }
