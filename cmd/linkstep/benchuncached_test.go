package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
)

// cpu is what this process has spent.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkUncached asks a sandbox in another process for the profile, from
// this one. The baseline does the same with oauth2 and net/http: a token, a
// request, a decoded answer. It counts no quota, and has no store.
func BenchmarkUncached(b *testing.B) {
	kept, err := store.Open(b.Context(), b.TempDir(), &store.Options{KeyFile: b.TempDir() + "/key"})
	if err != nil {
		b.Fatal(err)
	}
	defer kept.Close()
	settings := sandboxProcess(b)
	tokens := &tokenSpy{Store: kept}
	p, conn := connected(b, settings, host.Direct(connector.New(nil)), &host.Options{Store: tokens})
	req := &plugin.InvokeRequest{Action: "get_profile", Input: []byte(`{"max_age_seconds":0}`)}
	client := oauth2.NewClient(context.Background(), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: tokens.access(b)}))
	for _, bench := range []struct {
		name string
		call func() error
	}{
		{"bare", func() error { return bareProfile(b.Context(), client, settings.APIURL) }},
		{"linkedin", func() error {
			_, err := p.Invoke(b.Context(), conn, req, nil)
			return err
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			before := cpu(b)
			for b.Loop() {
				if err := bench.call(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}

// bareProfile reads the profile in the least way.
func bareProfile(ctx context.Context, client *http.Client, api string) error {
	req, err := http.NewRequestWithContext(ctx, "GET", api+"/v2/userinfo", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var profile struct{ Sub, Name, Email, Picture string }
	return json.Unmarshal(body, &profile)
}

// tokenSpy is a store that shows the token that is kept in it.
type tokenSpy struct {
	plugin.Store
	token []byte
}

// Swap implements [plugin.Store].
func (s *tokenSpy) Swap(ctx context.Context, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	if strings.HasSuffix(req.Key, "/token") {
		s.token = req.Value
	}
	return s.Store.Swap(ctx, req)
}

func (s *tokenSpy) access(b *testing.B) string {
	b.Helper()
	var kept map[string]any
	if err := json.Unmarshal(s.token, &kept); err != nil {
		b.Fatal(err)
	}
	text, _ := kept["access_token"].(string)
	if text == "" {
		b.Fatalf("no access token in %d bytes", len(s.token))
	}
	return text
}
