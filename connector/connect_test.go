package connector_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

func TestConnectRemarks(t *testing.T) {
	c := opened(t, nil)
	got, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: plugin.Connection{ID: "c1", Name: "me"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []plugin.Diagnostic{
		{Severity: plugin.Warning, Message: "the host lends no store: the login and the day's counts end with this process", Hint: "Give the host a store."},
		{Severity: plugin.Info, Pointer: "/client_id", Message: "without a client_id only an access token from elsewhere can log in, and it cannot be refreshed",
			Hint: "Set client_id and client_secret from the Auth tab of your application in the LinkedIn developer portal."},
	}
	if diff := cmp.Diff(want, got.Diagnostics); diff != "" {
		t.Errorf("Connect (-want +got):\n%s", diff)
	}
}

func TestCallsThatNeedAnotherFirst(t *testing.T) {
	notOpen := connector.New(nil)
	open := opened(t, nil)
	closed := connector.New(nil)
	if _, err := closed.Open(t.Context(), &plugin.OpenRequest{}); err != nil {
		t.Fatal(err)
	}
	if _, err := closed.Close(t.Context(), &plugin.CloseRequest{}); err != nil {
		t.Fatal(err)
	}
	invoke := func(c *connector.Connector, action string) error {
		_, err := c.Invoke(t.Context(), &plugin.InvokeRequest{Connection: "c1", Action: action}, nil)
		return err
	}
	_, optionsErr := open.Options(t.Context(), &plugin.OptionsRequest{Action: "get_profile", Pointer: "/fields"})
	_, twiceErr := open.Open(t.Context(), &plugin.OpenRequest{})
	_, usageErr := open.Usage(t.Context(), &plugin.UsageRequest{Connection: "c1"})
	_, checkErr := open.Check(t.Context(), &plugin.CheckRequest{Connection: "c1"})
	_, authErr := open.Authorize(t.Context(), &plugin.AuthorizeRequest{Connection: "c1", Begin: &plugin.AuthorizeBegin{}})
	_, nameless := open.Connect(t.Context(), &plugin.ConnectRequest{})
	for _, tt := range []struct {
		name string
		err  error
		want plugin.Kind
	}{
		{"before Open", invoke(notOpen, "get_profile"), plugin.Internal},
		{"Open twice", twiceErr, plugin.Internal},
		{"after Close", invoke(closed, "get_profile"), plugin.Canceled},
		{"unknown action", invoke(open, "get_profil"), plugin.UnknownName},
		{"unknown connection", invoke(open, "get_profile"), plugin.UnknownName},
		{"usage of an unknown connection", usageErr, plugin.UnknownName},
		{"check of an unknown connection", checkErr, plugin.UnknownName},
		{"login of an unknown connection", authErr, plugin.UnknownName},
		{"connection without an id", nameless, plugin.InvalidConfig},
		{"options that there are none of", optionsErr, plugin.InvalidInput},
	} {
		e := plugin.AsError(tt.err)
		if tt.err == nil || e.Kind != tt.want || e.Message == "" || e.Hint == "" {
			t.Errorf("%s: %v, want kind %s", tt.name, tt.err, tt.want)
		}
	}
}

func TestConnectAgainKeepsMemory(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	c := connector.New(nil)
	conn := b.pluginConnection()
	open := func() {
		t.Helper()
		if _, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: conn}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Open(t.Context(), &plugin.OpenRequest{Store: b.store}); err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context(), &plugin.CloseRequest{})
	calls := func() int {
		t.Helper()
		res, err := c.Invoke(t.Context(), &plugin.InvokeRequest{Connection: conn.ID, Action: "get_profile"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return res.Meta.UpstreamCalls
	}

	open()
	if n := calls(); n != 1 {
		t.Errorf("the first step made %d calls, want 1", n)
	}
	open()
	if n := calls(); n != 0 {
		t.Errorf("the same connection again: %d calls, want 0, from memory", n)
	}
	conn.Name = "renamed"
	open()
	if n := calls(); n != 1 {
		t.Errorf("a changed connection: %d calls, want 1", n)
	}
	if _, err := c.Disconnect(t.Context(), &plugin.DisconnectRequest{Connection: conn.ID}); err != nil {
		t.Fatal(err)
	}
	open()
	if n := calls(); n != 1 {
		t.Errorf("after Disconnect: %d calls, want 1: nothing is remembered", n)
	}
	if _, err := c.Disconnect(t.Context(), &plugin.DisconnectRequest{Connection: "nobody"}); err != nil {
		t.Errorf("Disconnect of an unknown connection: %v", err)
	}
}

// pluginConnection is the bench's connection as a connector gets it.
func (b *bench) pluginConnection() plugin.Connection {
	return plugin.Connection{ID: b.conn.ID, Name: b.conn.Name, Dev: true, Settings: b.conn.Settings, Secrets: b.conn.Secrets}
}

func TestChangeLetsCallsInFlightEnd(t *testing.T) {
	t.Parallel()
	b := login(t, sandbox.PartnerClient, nil)
	c := connector.New(nil)
	if _, err := c.Open(t.Context(), &plugin.OpenRequest{Store: b.store}); err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context(), &plugin.CloseRequest{})
	conn := b.pluginConnection()
	if _, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: conn}); err != nil {
		t.Fatal(err)
	}
	b.srv.Fail(sandbox.Fault{Path: "/v2/userinfo", Stall: 300 * time.Millisecond})

	var wg sync.WaitGroup
	var inFlight error
	wg.Go(func() {
		_, inFlight = c.Invoke(t.Context(), &plugin.InvokeRequest{Connection: conn.ID, Action: "get_profile"}, nil)
	})
	b.waitForFault()
	conn.Name = "renamed"
	if _, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: conn}); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if inFlight != nil {
		t.Errorf("the call in flight ended with %v", inFlight)
	}
}

// waitForFault waits until a request has met the sandbox's fault.
func (b *bench) waitForFault() {
	b.t.Helper()
	for deadline := time.Now().Add(5 * time.Second); len(b.srv.Faults()) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatal("no request came")
		}
	}
}

func TestCloseCancelsCallsInFlight(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	c := connector.New(nil)
	if _, err := c.Open(t.Context(), &plugin.OpenRequest{Store: b.store}); err != nil {
		t.Fatal(err)
	}
	conn := b.pluginConnection()
	if _, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: conn}); err != nil {
		t.Fatal(err)
	}
	b.srv.Fail(sandbox.Fault{Path: "/v2/userinfo", Stall: 20 * time.Second})
	var wg sync.WaitGroup
	var inFlight error
	wg.Go(func() {
		_, inFlight = c.Invoke(t.Context(), &plugin.InvokeRequest{Connection: conn.ID, Action: "get_profile"}, nil)
	})
	b.waitForFault()
	began := time.Now()
	if _, err := c.Close(t.Context(), &plugin.CloseRequest{}); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("Close took %s", took)
	}
	if e := plugin.AsError(inFlight); e == nil || e.Kind != plugin.Canceled || e.Source != plugin.SourceHost {
		t.Errorf("the call in flight ended with %v", inFlight)
	}
}

func TestCanceledStep(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.Fail(sandbox.Fault{Path: "/v2/userinfo", Stall: 20 * time.Second})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var err error
	wg.Go(func() {
		_, err = b.plugin.Invoke(ctx, b.conn, &plugin.InvokeRequest{Action: "get_profile"}, nil)
	})
	b.waitForFault()
	began := time.Now()
	cancel()
	wg.Wait()
	if took := time.Since(began); took > 250*time.Millisecond {
		t.Errorf("the step ended %s after it was canceled", took)
	}
	if !errors.Is(err, context.Canceled) || plugin.AsError(err).Effect != plugin.EffectNone {
		t.Errorf("error %s", detailed(err))
	}
}

func TestWithoutAStore(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	tok, _ := b.tokens()
	c := opened(t, nil)
	conn := b.pluginConnection()
	if _, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: conn}); err != nil {
		t.Fatal(err)
	}
	step := func() error {
		_, err := c.Invoke(t.Context(), &plugin.InvokeRequest{Connection: conn.ID, Action: "get_profile"}, nil)
		return err
	}
	if got := plugin.KindOf(step()); got != plugin.Reauthorize {
		t.Fatalf("before a login: kind %s", got)
	}
	if _, err := c.Authorize(t.Context(), &plugin.AuthorizeRequest{Connection: conn.ID, Token: &plugin.AuthorizeToken{AccessToken: plugin.NewSecret(tok.AccessToken)}}); err != nil {
		t.Fatal(err)
	}
	if err := step(); err != nil {
		t.Fatal(err)
	}
	usage, err := c.Usage(t.Context(), &plugin.UsageRequest{Connection: conn.ID})
	if err != nil || len(usage.Buckets) == 0 {
		t.Errorf("usage %+v, %v", usage, err)
	}
	if _, err := c.Disconnect(t.Context(), &plugin.DisconnectRequest{Connection: conn.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: conn}); err != nil {
		t.Fatal(err)
	}
	if got := plugin.KindOf(step()); got != plugin.Reauthorize {
		t.Errorf("after Disconnect: kind %s: the token was kept", got)
	}
}
