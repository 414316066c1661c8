package sandbox_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

func TestStartRefuses(t *testing.T) {
	taken, err := sandbox.Start(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	busy := strings.TrimPrefix(taken.URL(), "http://")
	tests := []struct {
		name string
		addr string
		want string
		why  string
	}{
		{"all interfaces", "0.0.0.0:0", "use 127.0.0.1", "the sandbox has no passwords"},
		{"no host", ":0", "use 127.0.0.1", "means all interfaces"},
		{"a host name", "example.com:0", "use 127.0.0.1", "may be anywhere"},
		{"no port", "127.0.0.1", "host:port", "the form is named"},
		{"port taken", busy, "choose another port", "the way out is named"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv, err := sandbox.Start(&sandbox.Options{Addr: tt.addr})
			if err == nil {
				srv.Close()
				t.Fatalf("Start(%q) listens on %s: %s", tt.addr, srv.URL(), tt.why)
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.addr) {
				t.Errorf("Start(%q): %v; want the address and %q: %s", tt.addr, err, tt.want, tt.why)
			}
		})
	}
}

func TestStartOnOtherLoopbackNames(t *testing.T) {
	srv, err := sandbox.Start(&sandbox.Options{Addr: "localhost:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if !strings.HasPrefix(srv.URL(), "http://127.0.0.1:") && !strings.HasPrefix(srv.URL(), "http://[::1]:") {
		t.Errorf("URL = %q", srv.URL())
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	srv, err := sandbox.Start(nil)
	if err != nil {
		t.Fatal(err)
	}
	srv.Fail(sandbox.Fault{Stall: time.Hour})
	transport := &http.Transport{}
	answered := make(chan error)
	go func() {
		resp, err := (&http.Client{Transport: transport}).Get(srv.URL() + "/v2/me")
		if err == nil {
			resp.Body.Close()
		}
		answered <- err
	}()
	for len(srv.Faults()) > 0 { // until the call stalls
		time.Sleep(time.Millisecond)
	}
	if err := srv.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := srv.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if <-answered == nil {
		t.Error("a stalled call was answered by Close")
	}
	transport.CloseIdleConnections()
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines, %d before", now, before)
	}
	if _, err := http.Get(srv.URL() + "/"); err == nil {
		t.Error("the port still answers")
	}
}

func TestSettings(t *testing.T) {
	srv, err := sandbox.Start(&sandbox.Options{RedirectURLs: []string{"http://localhost:5555/back"}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	want := sandbox.Settings{
		APIURL:       srv.URL(),
		AuthURL:      srv.URL(),
		ClientID:     sandbox.PartnerClient,
		ClientSecret: "sandbox-secret-of-the-partner",
		RedirectURL:  "http://localhost:5555/back",
		Scopes:       "openid profile email",
	}
	if diff := cmp.Diff(want, srv.Settings()); diff != "" {
		t.Errorf("Settings (-want +got):\n%s", diff)
	}
	if _, err := srv.SettingsFor("nobody"); err == nil || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("SettingsFor an unknown client: %v; want an error that names it", err)
	}
}

func TestMembersAreBounded(t *testing.T) {
	if srv, err := sandbox.Start(&sandbox.Options{Members: sandbox.MembersMax + 1}); err == nil {
		srv.Close()
		t.Error("a sandbox starts with more members than it can have")
	}
}

func TestOwnClient(t *testing.T) {
	own := sandbox.Client{ID: "own", Secret: "s", Name: "Own", RedirectURLs: []string{"http://localhost:1/cb"}, Products: []sandbox.Product{sandbox.SignIn}}
	changed := sandbox.Client{ID: sandbox.SelfServeClient, Secret: "s", RedirectURLs: []string{"http://localhost:1/cb"}, Products: []sandbox.Product{sandbox.SignIn, sandbox.RefreshTokens}}
	v := arrive(t, &sandbox.Options{Clients: []sandbox.Client{own, changed}}, "own")
	if got := v.signIn(0).RefreshToken; got != "" {
		t.Errorf("a client without the product got refresh token %.10s", got)
	}
	if got := v.as(sandbox.SelfServeClient).signIn(0).RefreshToken; got == "" {
		t.Error("a client with the same ID did not replace the shipped one")
	}
}

func TestClock(t *testing.T) {
	v := visit(t, nil)
	start := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	if now := v.server.Now(); now.Before(start) || now.After(start.Add(time.Minute)) {
		t.Errorf("clock starts at %v, want %v", now, start)
	}
	v.server.SetClock(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))
	v.server.Advance(time.Hour)
	date, err := http.ParseTime(v.get("/v2/userinfo").Header.Get("Date"))
	if want := time.Date(2030, 1, 2, 4, 4, 5, 0, time.UTC); err != nil || date.Before(want) || date.After(want.Add(time.Minute)) {
		t.Errorf("Date says %v (%v), want %v", date, err, want)
	}
}

func TestRealTime(t *testing.T) {
	srv, err := sandbox.Start(&sandbox.Options{RealTime: true})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if diff := time.Since(srv.Now()); diff < 0 || diff > time.Minute {
		t.Errorf("the clock is %v behind", diff)
	}
}
