package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// built builds a package of the module once and returns the binary.
func built(b *testing.B, pkg string) string {
	b.Helper()
	out := filepath.Join(b.TempDir(), filepath.Base(pkg))
	cmd := exec.Command("go", "build", "-o", out, pkg)
	if text, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build %s: %v\n%s", pkg, err, text)
	}
	return out
}

// sandboxProcess runs a sandbox that costs this process nothing, and returns
// the settings of a connection to it.
func sandboxProcess(b *testing.B) sandbox.Settings {
	b.Helper()
	ready := filepath.Join(b.TempDir(), "ready.json")
	cmd := exec.Command(built(b, "github.com/linkstep/linkstep/cmd/linkstep"), "sandbox", "--ready-file", ready)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	for {
		var s sandbox.Settings
		doc, err := os.ReadFile(ready)
		if err == nil && json.Unmarshal(doc, &s) == nil {
			return s
		}
		select {
		case <-b.Context().Done():
			b.Fatal("the sandbox does not begin")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// connected loads a connector with a connection that a member has logged in to.
func connected(b testing.TB, s sandbox.Settings, src host.Source, opts *host.Options) (*host.Plugin, *host.Connection) {
	b.Helper()
	h := host.New(opts)
	b.Cleanup(func() { _ = h.Close(context.Background()) })
	p, err := h.Load(b.Context(), src)
	if err != nil {
		b.Fatal(err)
	}
	conn := host.NewConnection("linkedin", "me")
	doc, err := json.Marshal(map[string]any{
		"api_url": s.APIURL, "auth_url": s.AuthURL, "client_id": s.ClientID, "redirect_url": s.RedirectURL, "scopes": s.Scopes,
		// Never reached; without them the default of 500 calls would be learned anew.
		"limits": []map[string]any{
			{"endpoint": "GET /v2/userinfo", "scope": "application", "calls_per_day": 1_000_000_000},
			{"endpoint": "GET /v2/userinfo", "scope": "member", "calls_per_day": 1_000_000_000},
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	conn.Dev, conn.Settings = true, doc
	conn.Secrets = map[string]plugin.Secret{"client_secret": plugin.NewSecret(s.ClientSecret)}
	authorize(b, p, conn)
	return p, conn
}

// authorize logs the first member in.
func authorize(b testing.TB, p *host.Plugin, conn *host.Connection) {
	b.Helper()
	begun, err := p.Authorize(b.Context(), conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	if err != nil {
		b.Fatal(err)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.PostForm(begun.URL, url.Values{"decision": {"allow"}, "member": {"0"}})
	if err != nil {
		b.Fatal(err)
	}
	resp.Body.Close()
	if _, err := p.Authorize(b.Context(), conn, &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{
		Session: begun.Session, Answer: plugin.NewSecret(resp.Header.Get("Location")),
	}}); err != nil {
		b.Fatal(err)
	}
}

// echoProcess starts the least plugin that there is.
func echoProcess(b *testing.B) *grpc.ClientConn {
	b.Helper()
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig:  goplugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "BENCH_ECHO", MagicCookieValue: "echo"},
		Plugins:          goplugin.PluginSet{"echo": echoPlugin{}},
		Cmd:              exec.Command(built(b, "github.com/linkstep/linkstep/testdata/bench/echo")),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		AutoMTLS:         true,
		Logger:           nil,
	})
	b.Cleanup(client.Kill)
	protocol, err := client.Client()
	if err != nil {
		b.Fatal(err)
	}
	raw, err := protocol.Dispense("echo")
	if err != nil {
		b.Fatal(err)
	}
	return raw.(*grpc.ClientConn)
}

type echoPlugin struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (echoPlugin) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error { return nil }
func (echoPlugin) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}
