package sandbox

// Product is what an application was approved for. It decides which scopes the application may ask
// for and, where LinkedIn grants access without a scope, what it may call.
type Product string

// The products.
const (
	SignIn              Product = "sign_in"              // Sign In with LinkedIn using OpenID Connect
	Share               Product = "share"                // Share on LinkedIn
	LegacySignIn        Product = "legacy_sign_in"       // Sign In with LinkedIn, before August 2023
	CommunityManagement Product = "community_management" // Community Management API
	Connections         Product = "connections"          // approved partners: list of connections
	People              Product = "people"               // approved partners: other members by id
	Search              Product = "search"               // the people search, which LinkedIn does not document
	RefreshTokens       Product = "refresh_tokens"       // programmatic refresh tokens
	ClientCredentials   Product = "client_credentials"   // 2-legged tokens
	NativePKCE          Product = "native_pkce"          // authorization of native applications
)

// productScopes says which scopes a product grants.
// Source: learn.microsoft.com/linkedin/shared/authentication/getting-access, read 2026-11-24.
var productScopes = map[Product][]string{
	SignIn:       {"openid", "profile", "email"},
	Share:        {"w_member_social"},
	LegacySignIn: {"r_liteprofile", "r_emailaddress", "w_member_social"},
	CommunityManagement: {
		"r_basicprofile", "r_1st_connections_size", "w_member_social", "w_member_social_feed",
		"r_organization_social", "w_organization_social", "r_organization_social_feed",
		"w_organization_social_feed", "r_organization_admin", "rw_organization_admin",
		"r_organization_followers", "r_member_postAnalytics", "r_member_profileAnalytics",
	},
	Connections: {"r_1st_connections"},
}

// scopeWords says what a scope allows, as the consent page shows it to the member. A scope that is
// not here does not exist.
var scopeWords = map[string]string{
	"openid":                     "Know that it is you, each time you sign in",
	"profile":                    "Use your name and photo",
	"email":                      "Use the primary email address of your account",
	"w_member_social":            "Create, change and delete posts, comments and reactions on your behalf",
	"w_member_social_feed":       "Comment and react on your behalf",
	"r_member_social":            "Read your posts, comments and reactions",
	"r_member_social_feed":       "Read comments and reactions on your posts",
	"r_liteprofile":              "Use your name and photo",
	"r_emailaddress":             "Use the primary email address of your account",
	"r_basicprofile":             "Use your basic profile: name, photo, headline and public profile address",
	"r_fullprofile":              "Use your whole profile",
	"r_1st_connections":          "See who your connections are",
	"r_1st_connections_size":     "See how many connections you have",
	"r_organization_social":      "Read the posts of pages you manage, and reactions to them",
	"w_organization_social":      "Post on behalf of pages you manage",
	"r_organization_social_feed": "Read comments and reactions on the posts of pages you manage",
	"w_organization_social_feed": "Comment and react on behalf of pages you manage",
	"r_organization_admin":       "See the settings and statistics of pages you manage",
	"rw_organization_admin":      "Manage your pages and see their statistics",
	"r_organization_followers":   "Find followers of pages you manage, in order to mention them",
	"r_member_postAnalytics":     "See the statistics of your posts",
	"r_member_profileAnalytics":  "See the statistics of your profile",
	"r_ads":                      "See your advertising accounts",
	"rw_ads":                     "Manage your advertising accounts",
	"r_ads_reporting":            "See reports on your advertising",
	"r_compliance":               "Read your activity for compliance monitoring",
}
