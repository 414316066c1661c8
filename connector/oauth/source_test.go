package oauth_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
)

func wantToken(t *testing.T, s *oauth.Source, access string) {
	t.Helper()
	tok, err := s.Token(t.Context())
	if err != nil || tok.AccessToken != access {
		t.Errorf("Token = %v, %v; want %s", nameOf(tok), err, access)
	}
}

func nameOf(t *oauth.Token) string {
	if t == nil {
		return "none"
	}
	return t.AccessToken
}

func wantReauthorize(t *testing.T, s *oauth.Source, reason oauth.Reason) {
	t.Helper()
	tok, err := s.Token(t.Context())
	var got *oauth.ReauthorizeError
	if !errors.As(err, &got) || got.Reason != reason {
		t.Fatalf("Token = %v, %v; want the reason %q", nameOf(tok), err, reason)
	}
}

func wantCalls(t *testing.T, e *endpoint, want int) {
	t.Helper()
	if got := e.count(); got != want {
		t.Fatalf("%d calls of the token endpoint, want %d", got, want)
	}
}

func TestRefreshAheadOfExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 1}
		source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(firstToken()), nil)
		defer source.Close()

		time.Sleep(52 * day) // 0.9 - 0.02 of 60 days is 52.8
		wantToken(t, source, "AT1")
		wantCalls(t, server, 0)
		time.Sleep(2 * day)
		wantToken(t, source, "AT2")
		wantToken(t, source, "AT2")
		wantCalls(t, server, 1)
	})
}

func TestJitterSpreadsRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 40
		var servers [n]*endpoint
		var sources [n]*oauth.Source
		for i := range n {
			servers[i] = &endpoint{issued: 1}
			sources[i] = oauth.NewSource(configOn(servers[i]), oauth.NewMemoryStore(firstToken()), &oauth.SourceOptions{Jitter: 0.5})
			defer sources[i].Close()
			sources[i].Token(t.Context())
		}
		time.Sleep(39 * day) // the middle of 24 to 54
		early := 0
		for i := range n {
			sources[i].Token(t.Context())
			early += servers[i].count()
		}
		if early == 0 || early == n {
			t.Errorf("%d of %d refreshed by the middle of the jitter", early, n)
		}
	})
}

func TestOneRefreshForManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 1, latency: time.Second}
		source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(firstToken()), nil)
		defer source.Close()
		time.Sleep(61 * day)

		hasty, cancel := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		callers.Go(func() { // the first, who starts the refresh and gives up
			if _, err := source.Token(hasty); !errors.Is(err, context.Canceled) {
				t.Errorf("the hasty caller got %v, want its own cancellation", err)
			}
		})
		synctest.Wait()
		for range 64 {
			callers.Go(func() { wantToken(t, source, "AT2") })
		}
		synctest.Wait()
		cancel()
		callers.Wait()
		wantCalls(t, server, 1)
	})
}

func unavailable() (*http.Response, error) { return reply(503, ""), nil }

func TestTemporaryFailureWhileStillValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 1, failures: []func() (*http.Response, error){unavailable}}
		var told []error
		source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(firstToken()),
			&oauth.SourceOptions{Notify: func(err error) { told = append(told, err) }})
		defer source.Close()

		time.Sleep(55 * day)
		wantToken(t, source, "AT1")
		wantToken(t, source, "AT1") // within the cooldown: not asked again
		wantCalls(t, server, 1)
		if len(told) != 1 {
			t.Errorf("told %v, want the one failure", told)
		}
		time.Sleep(time.Minute)
		wantToken(t, source, "AT2")
		wantCalls(t, server, 2)
	})
}

func TestTemporaryFailureAfterExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 1, failures: []func() (*http.Response, error){unavailable}}
		source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(firstToken()), nil)
		defer source.Close()
		time.Sleep(61 * day)
		down := time.Now()
		for range 3 { // the cooldown spares LinkedIn, the callers get the failure
			_, err := source.Token(t.Context())
			var failed *oauth.Error
			if !errors.As(err, &failed) || failed.Status != 503 || !failed.RetryAt.Equal(down.Add(30*time.Second)) {
				t.Fatalf("Token: %v, again at %v; want 503, and the end of the cooldown", err, failed.RetryAt)
			}
			time.Sleep(time.Second)
		}
		wantCalls(t, server, 1)
		time.Sleep(time.Minute)
		wantToken(t, source, "AT2")
	})
}

// A token endpoint that hangs must not hang callers whose token is valid.
func TestSlowEndpointWhileStillValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 1, latency: 20 * time.Second}
		source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(firstToken()), nil)
		time.Sleep(55 * day)
		start := time.Now()
		wantToken(t, source, "AT1")
		if waited := time.Since(start); waited > 5*time.Second {
			t.Errorf("waited %v for a better token", waited)
		}
		source.Close() // waits for the refresh, which saves
		wantToken(t, source, "AT2")
		wantCalls(t, server, 1)
	})
}

func TestReauthorize(t *testing.T) {
	noRefresh := func(tok *oauth.Token) { tok.RefreshToken, tok.RefreshExpiry = "", time.Time{} }
	tests := []struct {
		name, why string
		change    func(*oauth.Token)
		after     time.Duration
		refuse    bool
		revoked   bool
		issued    int
		reason    oauth.Reason
		calls     int
	}{
		{name: "self-serve, day 60", why: "no refresh token, as for most", change: noRefresh, after: 60 * day, issued: 1, reason: oauth.ReasonExpired},
		{name: "self-serve, 401", why: "nothing to refresh with", change: noRefresh, refuse: true, issued: 1, reason: oauth.ReasonRefused},
		{name: "self-serve, 401 after its end", why: "an end that was known is no refusal", change: noRefresh, after: 60 * day, refuse: true, revoked: true, issued: 1, reason: oauth.ReasonExpired},
		{name: "self-serve, revoked", why: "LinkedIn says so", change: noRefresh, refuse: true, revoked: true, issued: 1, reason: oauth.ReasonRevoked},
		{name: "revoked", why: "the refresh token is refused too: asked once", refuse: true, issued: 7, reason: oauth.ReasonGrantDead, calls: 1},
		{name: "day 366", why: "a refresh token lives 365 days and is not asked with after", after: 366 * day, issued: 1, reason: oauth.ReasonRefreshExpired},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tok := firstToken()
				if tt.change != nil {
					tt.change(tok)
				}
				server := &endpoint{issued: tt.issued}
				source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(tok), nil)
				defer source.Close()
				wantToken(t, source, "AT1")
				time.Sleep(tt.after)
				if tt.refuse {
					source.Invalidate("AT1", tt.revoked)
				}
				wantReauthorize(t, source, tt.reason)
				wantReauthorize(t, source, tt.reason)
				wantCalls(t, server, tt.calls)
			})
		})
	}
	t.Run("no token", func(t *testing.T) {
		source := oauth.NewSource(configOn(nil), &oauth.MemoryStore{}, nil)
		defer source.Close()
		wantReauthorize(t, source, oauth.ReasonNoToken)
	})
}

// A grant that is found dead ahead of time ends nothing before its time.
func TestDeadGrantWhileStillValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 7}
		source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(firstToken()), nil)
		defer source.Close()
		time.Sleep(55 * day)
		wantToken(t, source, "AT1")
		wantToken(t, source, "AT1")
		wantCalls(t, server, 1)
		time.Sleep(6 * day)
		wantReauthorize(t, source, oauth.ReasonGrantDead)
		wantCalls(t, server, 1)
	})
}

// On day 360 both tokens end together. Refreshing every tenth of what is left
// would gain nothing.
func TestNoRefreshAtTheEndOfTheYear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tok := firstToken()
		tok.Expiry = tok.IssuedAt.Add(5 * day)
		tok.RefreshExpiry = tok.Expiry
		server := &endpoint{issued: 1}
		source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(tok), nil)
		defer source.Close()
		time.Sleep(5*day - time.Minute)
		wantToken(t, source, "AT1")
		wantCalls(t, server, 0)
	})
}

func TestInvalidateOfAnOldToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 1}
		source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(firstToken()), nil)
		defer source.Close()
		wantToken(t, source, "AT1")
		source.Invalidate("AT1", false)
		wantToken(t, source, "AT2")
		source.Invalidate("AT1", false) // a straggler's 401
		wantToken(t, source, "AT2")
		wantCalls(t, server, 1)
		source.Invalidate("AT2", false)
		source.Invalidate("AT1", false) // another one's: AT2 stays refused
		wantToken(t, source, "AT3")
	})
}

func TestRenewByClientCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		config := configOn(roundTrip(func(*http.Request) (*http.Response, error) {
			calls++
			return reply(200, `{"access_token":"AQV","expires_in":"1800"}`), nil
		}))
		source := oauth.NewSource(config, &oauth.MemoryStore{}, &oauth.SourceOptions{ClientCredentials: true})
		defer source.Close()
		wantToken(t, source, "AQV")
		time.Sleep(20 * time.Minute)
		wantToken(t, source, "AQV")
		time.Sleep(8 * time.Minute)
		wantToken(t, source, "AQV")
		if calls != 2 {
			t.Errorf("%d calls, want 2: at the start and after 0.9 of 30 minutes", calls)
		}
	})
}

func TestClosedSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 1}
		source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(firstToken()), nil)
		wantToken(t, source, "AT1")
		source.Close()
		time.Sleep(55 * day)
		wantToken(t, source, "AT1")
		time.Sleep(6 * day)
		if tok, err := source.Token(t.Context()); !errors.Is(err, oauth.ErrClosed) {
			t.Errorf("Token of a closed source = %v, %v; want ErrClosed", nameOf(tok), err)
		}
		wantCalls(t, server, 0)
	})
}
