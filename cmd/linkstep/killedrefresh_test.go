package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store/storetest"
)

// moments counts where in a refresh the kills fell.
type moments struct {
	mu                     sync.Mutex // guards the fields below
	before, between, after int        // LinkedIn's answer, and our save
}

func (m *moments) add(before, between, after int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.before += before
	m.between += between
	m.after += after
}

// An engine is killed at random moments of a refresh, and another one starts.
// LinkedIn's refresh token stays valid, so no login is lost. Where each works
// once, a login is lost only when LinkedIn had answered and nothing was saved.
// The connector is in the engine, so that it is killed at the same moment. Most
// of the time goes by waiting for the lease of the dead, so many do it at once.
//
// Right after each kill the database is whole, before another engine opens it.
func TestKilledRefresh(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killedRefresh(t, scaled(5, 200), func() place { return newPlace(t) })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		server := storetest.Run(t)
		killedRefresh(t, scaled(1, 50), func() place {
			p := newPlace(t)
			p.url = server.Schema()
			return p
		})
	})
}

func killedRefresh(t *testing.T, kills int, where func() place) {
	lanes := min(kills, 10)
	var wg sync.WaitGroup
	var all [2]moments
	for i := range all {
		for range lanes {
			l := newLogin(t, where())
			wg.Go(func() {
				if err := l.killRefreshes(t, kills/lanes, i == 1, &all[i]); err != nil {
					t.Error(err)
				}
			})
		}
	}
	start := time.Now()
	wg.Wait()
	for i := range all {
		m := &all[i]
		t.Logf("strict rotation %t: %d kills, %d before LinkedIn's answer, %d between the answer and the save, %d after; %v",
			i == 1, kills, m.before, m.between, m.after, time.Since(start).Round(time.Second))
		if kills >= 200 && min(m.before, m.between, m.after) == 0 {
			t.Error("the kills do not cover every part of a refresh")
		}
	}
}

// killRefreshes kills an engine so many times while it refreshes the token,
// and looks after each time at what the next one finds.
func (l *login) killRefreshes(t *testing.T, kills int, strict bool, m *moments) error {
	l.srv.SetQuirks(sandbox.Quirks{RotateRefreshTokens: strict})
	// As wide as over a network: each call on its way, and the new token in pieces.
	l.srv.SetLatency(sandbox.Latency{Median: 10 * time.Millisecond})
	if err := l.srv.Fail(sandbox.Fault{Path: tokenPath, Times: -1, Stall: 20 * time.Millisecond, Drip: 2 * time.Millisecond}); err != nil {
		return err
	}
	e, err := l.start(direct, 1)
	if err != nil {
		return err
	}
	defer func() { e.kill() }()
	var width time.Duration // of a step with a refresh; the first one is slower than those to come
	for range 2 {
		l.srv.ExpireAccessTokens()
		start := time.Now()
		if why := e.one().failed(); why != "" {
			return fmt.Errorf("undisturbed: %s", why)
		}
		width = time.Since(start)
	}
	for range kills {
		l.srv.ExpireAccessTokens()
		l.srv.ResetRequests()
		before, err := l.revision(t.Context())
		if err != nil {
			return err
		}
		e.begin()
		time.Sleep(rand.N(width + width/8))
		e.kill()
		if err := l.sound(t.Context()); err != nil {
			t.Errorf("right after a kill: %v", err)
		}
		killed, err := l.revision(t.Context())
		if err != nil {
			return err
		}
		if e, err = l.start(direct, 1); err != nil {
			return err
		}
		s := e.one()
		granted, refused := l.refreshes()
		lost := granted == 1 && refused > 0 && killed == before // LinkedIn has answered, and nobody has the answer
		switch {
		case killed != before:
			m.add(0, 0, 1)
		case lost || granted == 2:
			m.add(0, 1, 0)
		default:
			m.add(1, 0, 0)
		}
		switch why := s.failed(); {
		case lost && strict:
			if s.Error == nil || s.Error.Kind != plugin.Reauthorize || !strings.Contains(s.Error.Message, "interrupted") ||
				!strings.Contains(s.Error.Hint, "linkstep connect linkedin --name me") {
				t.Errorf("a login that is lost ends with %s, want reauthorize that says so", why)
			}
			authorize(t, l.plugin, l.conn)
		case why != "":
			t.Errorf("after a kill, saved %t, %d refreshes granted and %d refused: %s", killed != before, granted, refused, why)
		case strict && granted > 1:
			t.Errorf("%d refreshes were granted with one token", granted)
		}
	}
	return nil
}

// sound says what is not whole in the database: a page or an index of it, a
// value that does not open or decode, a token without its parts.
func (l *login) sound(ctx context.Context) error {
	if l.url == "" {
		db, err := sql.Open("sqlite", filepath.Join(l.home, "linkstep.db"))
		if err != nil {
			return err
		}
		defer db.Close()
		var verdict string
		if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil || verdict != "ok" {
			return fmt.Errorf("the database: %s, %w", verdict, err)
		}
	}
	keys, err := l.store.List(ctx, &plugin.ListRequest{})
	if err != nil {
		return err
	}
	var tok struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		Expiry       time.Time
	}
	for _, key := range keys.Keys {
		got, err := l.store.Get(ctx, &plugin.GetRequest{Key: key})
		if err != nil {
			return err
		}
		if strings.HasSuffix(key, "/cursor-key") { // random bytes
			if len(got.Value) != 32 {
				return fmt.Errorf("the value of %s has %d bytes", key, len(got.Value))
			}
			continue
		}
		var value any = new(any)
		if key == l.tokenKey() {
			value = &tok
		}
		if err := json.Unmarshal(got.Value, value); err != nil {
			return fmt.Errorf("the value of %s: %w", key, err)
		}
	}
	if tok.AccessToken == "" || tok.RefreshToken == "" || tok.Expiry.IsZero() {
		return fmt.Errorf("the token among %q lacks a part", keys.Keys)
	}
	return nil
}

// An engine is killed while it refreshes a token that is due and still valid.
// Another one goes on with that token and does not wait.
func TestKilledRefreshIsNotNoticed(t *testing.T) {
	t.Parallel()
	l := newLogin(t, newPlace(t))
	l.srv.Advance(57 * 24 * time.Hour)
	if s := l.engine(t, direct, 1).one(); s.failed() != "" { // sees the clock, and stays idle
		t.Fatal(s.failed())
	}
	asked := l.stall(t, time.Minute)
	victim, other := l.engine(t, asProcess, 1), l.engine(t, asProcess, 1)
	victim.begin()
	asked()
	victim.kill()
	start := time.Now()
	s := other.one()
	if waited := time.Since(start); s.failed() != "" || waited > 2*time.Second {
		t.Errorf("with a valid token: %q after %v", s.failed(), waited)
	}
	if granted, _ := l.refreshes(); granted != 0 {
		t.Errorf("%d refreshes: the kill did not fall into one", granted)
	}
}
