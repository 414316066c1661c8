package connector

import (
	"slices"
	"strings"
	"unicode"

	"github.com/linkstep/linkstep/plugin"
)

// The scopes that decide which endpoints answer.
const (
	scopeOpenID       = "openid"
	scopeProfile      = "profile"
	scopeEmail        = "email"
	scopeLiteProfile  = "r_liteprofile"
	scopeBasicProfile = "r_basicprofile"
	scopeCompliance   = "r_compliance"
	scopeConnections  = "r_1st_connections"
	scopeSize         = "r_1st_connections_size"
	scopeFollowers    = "r_organization_followers"
)

// Products of LinkedIn, as the developer portal names them.
const (
	productSignIn     = "Sign In with LinkedIn using OpenID Connect"
	productOldSignIn  = "Sign In with LinkedIn (before August 2023)"
	productCommunity  = "Community Management API"
	productPeople     = "partner access to the Profile API for other members"
	productNetwork    = "partner access to the Connections API"
	productCompliance = "Compliance API, which LinkedIn has closed"
	productSearch     = "partner access to a people search"
)

// authScopes describes the scopes that the actions use.
// learn.microsoft.com/linkedin/shared/authentication/getting-access, 2026-11-24.
func authScopes() []plugin.AuthScope {
	return []plugin.AuthScope{
		{Name: scopeOpenID, Product: productSignIn, Description: "Know who you are when you sign in."},
		{Name: scopeProfile, Product: productSignIn, Description: "Use your name and photo."},
		{Name: scopeEmail, Product: productSignIn, Description: "Use the primary email address of your account."},
		{Name: scopeLiteProfile, Product: productOldSignIn, Description: "Use your name and photo. LinkedIn grants it to old applications only."},
		{Name: scopeBasicProfile, Product: productCommunity, Description: "Use your name, photo, headline and public profile address."},
		{Name: scopeConnections, Product: productNetwork, Description: "See who your connections are."},
		{Name: scopeSize, Product: productCommunity, Description: "See how many connections you have."},
		{Name: scopeCompliance, Product: productCompliance, Description: "Archive your activity, as a regulated firm must."},
		{Name: scopeFollowers, Product: productCommunity, Description: "Find followers of pages that you manage."},
	}
}

// splitScopes accepts spaces as documented and commas as seen.
func splitScopes(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// missingScopes are the asked-for ones that were not granted; none when
// LinkedIn did not say what it granted.
func missingScopes(asked, granted []string) []string {
	if len(granted) == 0 {
		return nil
	}
	var missing []string
	for _, scope := range asked {
		if !slices.Contains(granted, scope) {
			missing = append(missing, scope)
		}
	}
	return missing
}
