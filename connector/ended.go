package connector

import (
	"context"
	"encoding/json"

	"github.com/linkstep/linkstep/connector/oauth"
)

// ended follows the end of the session's login at LinkedIn: what is kept of the
// account goes, in the store and in memory, as when somebody disconnects. The
// tokens are gone already. Settings and quota counters stay, and so does what
// recognises the member at the next login.
func (s *session) ended(ctx context.Context, cause *oauth.ReauthorizeError) {
	if s.account.Ended {
		return
	}
	c := s.conn
	log := c.owner.log.With("connection", c.name)
	left, err := c.forget(ctx)
	if err != nil {
		log.WarnContext(ctx, "what is kept of an account whose login has ended is not deleted yet", "error", err)
		return
	}
	if left == nil {
		return // somebody has logged in again
	}
	c.renew(left)
	log.WarnContext(ctx, "LinkedIn has ended the login; what was kept of the account is deleted", "reason", string(cause.Reason))
}

// forget deletes what the state has of the account of an ended login, and
// returns the record that is left. It returns nil, and changes nothing, when
// somebody has logged in again: a login writes the token before the account, so
// if the token is still ended after the account was read, the account of a
// later login is of a later revision.
func (c *connected) forget(ctx context.Context) (*accountRecord, error) {
	st, key := c.owner.state, c.key("account")
	value, revision, err := st.get(ctx, key)
	if err != nil {
		return nil, err
	}
	var account accountRecord
	if revision != 0 {
		_ = json.Unmarshal(value, &account) // one that cannot be read is of another version, and goes
	}
	_, none, err := c.tokens.login(ctx)
	if err != nil || none == nil {
		return nil, err
	}
	left := &accountRecord{ClientID: account.ClientID, Brought: account.Brought, Own: account.Own, Ended: true, Was: account.member()}
	doc, err := json.Marshal(left)
	if err != nil {
		return nil, err
	}
	if swapped, _, err := st.swap(ctx, key, doc, revision); err != nil || !swapped {
		return nil, err
	}
	return left, nil
}
