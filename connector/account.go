package connector

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/linkstep/linkstep/plugin"
)

// accountRecord is what the state keeps of the member behind a connection:
// what decisions need, and nothing that describes the member.
type accountRecord struct {
	ID       string `json:"id,omitempty"`        // the member's id for this application
	ClientID string `json:"client_id,omitempty"` // the application for which the id is valid; empty: not known
	Endpoint string `json:"endpoint,omitempty"`  // that answers for the profile, when scopes do not tell: "/v2/userinfo" or "/v2/me"
	Brought  bool   `json:"brought,omitempty"`   // the token was made elsewhere; without a ClientID maybe for another application
	Own      bool   `json:"own,omitempty"`       // the login is the application's own, and no member's

	// Ended says that LinkedIn has ended the login. The id is forgotten then; Was
	// is what bucket made of it, to know the member again at the next login.
	Ended bool   `json:"ended,omitempty"`
	Was   string `json:"was,omitempty"`
}

// readAccount returns what is known of the member; never nil.
func (c *connected) readAccount(ctx context.Context) (*accountRecord, error) {
	var a accountRecord
	if _, err := c.owner.state.getJSON(ctx, c.key("account"), &a); err != nil {
		return nil, err
	}
	return &a, nil
}

// application names whose quota the account spends: LinkedIn counts by
// application. Whose a brought token is, nobody tells.
func (c *connected) application(a *accountRecord) string {
	switch {
	case a.ClientID != "":
		return a.ClientID
	case a.Brought || c.settings.ClientID == "":
		return "brought." + c.id
	}
	return c.settings.ClientID
}

// bucket names the member in counters, whose keys are not encrypted; empty
// while the member is not known.
func (a *accountRecord) bucket() string {
	if a.ID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("linkstep quota\x00" + a.ID))
	return hex.EncodeToString(sum[:8])
}

// account is the account as the contract has it: the member, or nobody where
// the application acts for itself.
func (c *connected) account(a *accountRecord, name string) plugin.Account {
	out := plugin.Account{ID: a.ID, Name: name}
	if a.ID != "" {
		out.URN = personURN(a.ID)
	}
	if a.ID != "" || a.Own {
		out.Application = c.application(a)
	}
	return out
}
