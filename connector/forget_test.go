package connector

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// watchedStore runs something once, just after a key was read.
type watchedStore struct {
	plugin.Store
	after string // the end of the key
	then  func()
}

func (s *watchedStore) Get(ctx context.Context, req *plugin.GetRequest) (*plugin.GetResponse, error) {
	got, err := s.Store.Get(ctx, req)
	if then := s.then; then != nil && strings.HasSuffix(req.Key, s.after) {
		s.then = nil
		then()
	}
	return got, err
}

// Somebody logs in again, in another process, while this one forgets the account of the login that has
// ended: the new one stays whole, whenever that is.
func TestForgetTakesNoNewAccount(t *testing.T) {
	for _, after := range []string{"never", "before", "/account", "/token"} {
		t.Run("at "+after, func(t *testing.T) {
			ctx, s := t.Context(), states(t)["store"]
			c := &connected{owner: &Connector{state: s}, id: "c1"}
			c.tokens = newTokenStore(s, c.key("token"))
			if err := s.putJSON(ctx, c.key("account"), &accountRecord{ID: "A1", ClientID: "78abc"}); err != nil {
				t.Fatal(err)
			}
			if err := c.tokens.replace(ctx, &oauth.Token{Ended: oauth.ReasonRevoked, EndedAt: noon}); err != nil {
				t.Fatal(err)
			}
			again := accountRecord{ID: "B2", ClientID: "78abc"}
			elsewhere := &state{store: s.store}
			tokens := newTokenStore(elsewhere, c.key("token"))
			login := func() { // the token first
				if err := tokens.replace(ctx, &oauth.Token{AccessToken: "AT2", Expiry: noon.Add(time.Hour)}); err != nil {
					t.Error(err)
				}
				if err := elsewhere.putJSON(ctx, c.key("account"), &again); err != nil {
					t.Error(err)
				}
			}
			if after == "before" {
				login()
			}
			s.store = &watchedStore{Store: s.store, after: after, then: login}
			left, err := c.forget(ctx)
			if err != nil {
				t.Fatal(err)
			}
			want := again
			if after == "never" {
				want = accountRecord{ClientID: "78abc", Ended: true, Was: (&accountRecord{ID: "A1"}).bucket()}
			}
			now, err := c.readAccount(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, *now); diff != "" || (left != nil) != (after == "never") {
				t.Errorf("left %+v; in the store (-want +got):\n%s", left, diff)
			}
		})
	}
}
