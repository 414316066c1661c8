package oauth_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
)

// recordingStore tells what was saved, and fails when told to.
type recordingStore struct {
	oauth.MemoryStore
	failSaves int
	saved     []string
	lease     func(ctx context.Context, wait bool) (func(), error)
}

func (s *recordingStore) Save(ctx context.Context, tok *oauth.Token, revision int64) (int64, error) {
	if s.failSaves > 0 {
		s.failSaves--
		return 0, errors.New("disk full")
	}
	s.saved = append(s.saved, tok.AccessToken)
	return s.MemoryStore.Save(ctx, tok, revision)
}

func (s *recordingStore) Lease(ctx context.Context, wait bool) (func(), error) {
	if s.lease == nil {
		return func() {}, nil
	}
	return s.lease(ctx, wait)
}

func storeOf(tok *oauth.Token) *recordingStore {
	s := &recordingStore{}
	s.MemoryStore.Save(context.Background(), tok, 0)
	return s
}

// A token that rotated and was not saved is neither used nor lost: the refresh
// token before it is dead.
func TestSavedBeforeUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 1}
		store := storeOf(firstToken())
		source := oauth.NewSource(configOn(server), store, nil)
		defer source.Close()
		time.Sleep(61 * day)

		store.failSaves = 1
		tok, err := source.Token(t.Context())
		var failed *oauth.StoreError
		if !errors.As(err, &failed) || failed.Op != "save" {
			t.Fatalf("Token = %v, %v; want the store's failure", nameOf(tok), err)
		}
		wantToken(t, source, "AT2") // at once: the cooldown is LinkedIn's
		wantCalls(t, server, 1)
		if len(store.saved) != 1 || store.saved[0] != "AT2" {
			t.Errorf("saved %v, want AT2", store.saved)
		}
	})
}

// Two processes refresh at once without a lease: the second finds its grant
// dead or its save refused, and uses what the first has saved.
func TestLoserUsesTheWinnersToken(t *testing.T) {
	winner := firstToken()
	winner.AccessToken, winner.RefreshToken = "AT9", "RT9"
	for name, server := range map[string]*endpoint{
		"save refused": {issued: 1, latency: time.Second},
		"grant dead":   {issued: 9, latency: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := storeOf(firstToken())
				source := oauth.NewSource(configOn(server), store, nil)
				defer source.Close()
				time.Sleep(61 * day)
				go func() {
					time.Sleep(time.Second / 2)
					saved := *winner
					saved.IssuedAt, saved.Expiry = time.Now(), time.Now().Add(60*day)
					store.MemoryStore.Save(context.Background(), &saved, 1)
				}()
				wantToken(t, source, "AT9")
				wantToken(t, source, "AT9")
				wantCalls(t, server, 1)
			})
		})
	}
}

func TestLeaseSparesTheSecondRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 1, latency: time.Second}
		store := storeOf(firstToken())
		holder := make(chan struct{}, 1)
		store.lease = func(ctx context.Context, _ bool) (func(), error) {
			select {
			case holder <- struct{}{}:
				return func() { <-holder }, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		time.Sleep(61 * day)
		var processes sync.WaitGroup
		for range 4 {
			processes.Go(func() {
				source := oauth.NewSource(configOn(server), store, nil)
				defer source.Close()
				wantToken(t, source, "AT2")
			})
		}
		processes.Wait()
		wantCalls(t, server, 1)
	})
}

// A process that was killed while it refreshed still has the lease. Nobody
// whose token is valid waits for its end.
func TestValidTokenDoesNotWaitForALease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, store := &endpoint{issued: 1}, storeOf(firstToken())
		held := true
		store.lease = func(ctx context.Context, wait bool) (func(), error) {
			switch {
			case !held:
				return func() {}, nil
			case !wait:
				return nil, nil
			}
			time.Sleep(5 * time.Second)
			return func() {}, nil
		}
		source := oauth.NewSource(configOn(server), store, nil)
		defer source.Close()
		time.Sleep(55 * day)
		start := time.Now()
		for range 3 {
			wantToken(t, source, "AT1")
		}
		if waited := time.Since(start); waited > 0 {
			t.Errorf("waited %v with a valid token", waited)
		}
		held = false
		wantToken(t, source, "AT2")
		wantCalls(t, server, 1)
	})
}
