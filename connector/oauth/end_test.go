package oauth_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/oauth"
)

// ended collects what a source tells of ended logins.
type ended struct{ causes []*oauth.ReauthorizeError }

func (e *ended) options() *oauth.SourceOptions {
	return &oauth.SourceOptions{Ended: func(_ context.Context, cause *oauth.ReauthorizeError) { e.causes = append(e.causes, cause) }}
}

// A login that LinkedIn has ended leaves its reason in the place of its tokens,
// and the next process asks nobody.
func TestEndedLogin(t *testing.T) {
	for _, tt := range []struct {
		name    string
		revoked bool
		refresh string
		server  *endpoint
		want    oauth.Reason // empty: the tokens stay
		calls   int
	}{
		{"the grant is dead", false, "RT1", &endpoint{issued: 7}, oauth.ReasonGrantDead, 1},
		{"revoked, no refresh token", true, "", &endpoint{}, oauth.ReasonRevoked, 0},
		{"refused, which may be a proxy's word", false, "", &endpoint{}, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tok := firstToken()
				tok.RefreshToken = tt.refresh
				store, told := oauth.NewMemoryStore(tok), &ended{}
				source := oauth.NewSource(configOn(tt.server), store, told.options())
				defer source.Close()
				wantToken(t, source, "AT1")
				source.Invalidate("AT1", tt.revoked)
				at := time.Now()
				if _, err := source.Token(t.Context()); err == nil {
					t.Fatal("a refused token is given out")
				}
				left, _, _ := store.Load(t.Context())
				if tt.want == "" {
					if left.AccessToken != "AT1" || len(told.causes) != 0 {
						t.Errorf("left %+v, told %v", plain(left), told.causes)
					}
					return
				}
				if diff := cmp.Diff(plain(&oauth.Token{Ended: tt.want, EndedAt: at.Round(0)}), plain(left)); diff != "" {
					t.Errorf("in the store (-want +got):\n%s", diff)
				}
				time.Sleep(day)
				later := oauth.NewSource(configOn(tt.server), store, told.options())
				defer later.Close()
				wantReauthorize(t, later, tt.want)
				wantCalls(t, tt.server, tt.calls)
				if len(told.causes) != 2 || !told.causes[1].At.Equal(at) {
					t.Errorf("told %+v, want both processes told, with the time of the end", told.causes)
				}
			})
		})
	}
}

// Somebody logs in again while another process finds the old login dead.
func TestEndTakesNoNewLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, told := storeOf(firstToken()), &ended{}
		source := oauth.NewSource(configOn(&endpoint{issued: 7}), &overtakenStore{recordingStore: store}, told.options())
		defer source.Close()
		wantToken(t, source, "AT1")
		source.Invalidate("AT1", true)
		wantToken(t, source, "AT9")
		if left, _, _ := store.Load(t.Context()); left.AccessToken != "AT9" || len(told.causes) != 0 {
			t.Errorf("left %v, told %v", left, told.causes)
		}
	})
}

// overtakenStore is one to which another process saves just before each Save.
type overtakenStore struct{ *recordingStore }

func (s *overtakenStore) Save(ctx context.Context, tok *oauth.Token, revision int64) (int64, error) {
	other := firstToken()
	other.AccessToken, other.RefreshToken = "AT9", "RT9"
	s.MemoryStore.Save(ctx, other, revision)
	return s.recordingStore.Save(ctx, tok, revision)
}
