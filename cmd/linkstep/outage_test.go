package main

import (
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store/storetest"
)

// The shared store dies while a token is refreshed and comes back. Each refresh
// token works once, so the one that LinkedIn gives meanwhile is all that is
// left of the login: it is not used, is kept, and is saved as soon as it can be.
func TestStoreGoesAwayInMidRefresh(t *testing.T) {
	t.Parallel()
	server, p := storetest.Run(t), newPlace(t)
	p.url = server.Schema()
	l := newLogin(t, p)
	l.srv.SetQuirks(sandbox.Quirks{RotateRefreshTokens: true})
	e := l.engine(t, asProcess, 1)
	if why := e.one().failed(); why != "" {
		t.Fatal(why)
	}
	asked := l.stall(t, time.Second)
	l.srv.ExpireAccessTokens()
	l.srv.ResetRequests()
	e.begin()
	asked()
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, s := range []step{e.next(), e.one()} { // the one under way, and another meanwhile
		if s.Error == nil || s.Error.Kind != plugin.StoreUnavailable || !strings.Contains(s.Error.Hint, "goes on by itself") {
			t.Errorf("without the store: %q, want store_unavailable with what to do", s.failed())
		}
	}
	if granted, _ := l.refreshes(); granted != 1 {
		t.Fatalf("%d refreshes were granted, want one to be lost or kept", granted)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if why := e.one().failed(); why != "" {
		t.Errorf("with the store back: %s", why)
	}
	waited := time.Since(start)
	if waited > 2*time.Second {
		t.Errorf("it goes on %v after the store is back", waited)
	}
	e.stop(t)
	if why := l.engine(t, direct, 1).one().failed(); why != "" {
		t.Errorf("another process: %s", why)
	}
	if granted, refused := l.refreshes(); granted != 1 || refused != 0 {
		t.Errorf("%d refreshes were granted and %d refused, want one in all", granted, refused)
	}
	t.Logf("it went on %v after the store was back", waited.Round(time.Millisecond))
}
