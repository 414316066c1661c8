package sandbox

import "slices"

// Client is a registered application.
type Client struct {
	ID           string    `json:"id"`
	Secret       string    `json:"-"` // empty for a native client
	Name         string    `json:"name"`
	RedirectURLs []string  `json:"redirect_urls"`
	Products     []Product `json:"products"` // decide what the client may ask for and call
}

// The IDs of the clients that the sandbox ships.
const (
	PartnerClient    = "77linkstepdemo" // sign-in, people, search, refresh tokens: what the demo needs
	SelfServeClient  = "78selfserve001" // sign-in and sharing, as anybody gets them
	CommunityClient  = "86community001" // Community Management: r_basicprofile, connections, followers
	EnterpriseClient = "86enterprise01" // client credentials
	NativeClient     = "86nativepkce01" // PKCE, no secret
	LegacyClient     = "75oldsignin001" // r_liteprofile and r_emailaddress, from before August 2023
)

// ShippedClients returns the clients that every sandbox has. The first one is the default client.
func ShippedClients() []Client {
	redirect := []string{DefaultRedirectURL}
	return []Client{
		{ID: PartnerClient, Secret: "sandbox-secret-of-the-partner", Name: "Linkstep Demo", RedirectURLs: redirect,
			Products: []Product{SignIn, Share, People, Search, RefreshTokens}},
		{ID: SelfServeClient, Secret: "sandbox-secret-of-self-serve", Name: "Self-Serve Sample", RedirectURLs: redirect,
			Products: []Product{SignIn, Share}},
		{ID: CommunityClient, Secret: "sandbox-secret-of-community", Name: "Community Sample", RedirectURLs: redirect,
			Products: []Product{CommunityManagement, Connections, RefreshTokens}},
		{ID: EnterpriseClient, Secret: "sandbox-secret-of-enterprise", Name: "Enterprise Sample", RedirectURLs: redirect,
			Products: []Product{ClientCredentials, People, Search}},
		{ID: NativeClient, Name: "Native Sample", RedirectURLs: []string{"http://127.0.0.1/callback", "http://[::1]/callback"},
			Products: []Product{SignIn, NativePKCE}},
		{ID: LegacyClient, Secret: "sandbox-secret-of-old-sign-in", Name: "Old Sign-In Sample", RedirectURLs: redirect,
			Products: []Product{LegacySignIn}},
	}
}

// has reports whether the client has the product.
func (c *Client) has(p Product) bool { return slices.Contains(c.Products, p) }

// mayAsk reports whether one of the client's products grants the scope.
func (c *Client) mayAsk(scope string) bool {
	return slices.ContainsFunc(c.Products, func(p Product) bool {
		return slices.Contains(productScopes[p], scope)
	})
}

// register merges the clients of the options into the shipped ones.
func register(opts *Options) []*Client {
	all := ShippedClients()
	for _, c := range opts.Clients {
		i := slices.IndexFunc(all, func(old Client) bool { return old.ID == c.ID })
		if i < 0 {
			all = append(all, c)
		} else {
			all[i] = c
		}
	}
	registered := make([]*Client, len(all))
	for i, c := range all {
		c.RedirectURLs = slices.Concat(opts.RedirectURLs, c.RedirectURLs)
		c.Products = slices.Clone(c.Products)
		registered[i] = &c
	}
	return registered
}

// client finds a client by its ID; nil means that there is none.
func (s *Server) client(id string) *Client {
	for _, c := range s.clients {
		if c.ID == id {
			return c
		}
	}
	return nil
}
