package host

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// TestOtherCalls compares the answers of everything but Invoke.
func TestOtherCalls(t *testing.T) {
	limit := int64(100)
	calls := []struct {
		name string
		call func(ctx context.Context, p *Plugin, conn *Connection) (any, error)
		want any
		json string // what the answer is as JSON; empty: not looked at
	}{
		{"check", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			return p.Check(ctx, conn, &plugin.CheckRequest{Deep: true})
		}, &plugin.CheckResponse{
			Account: plugin.Account{Name: "me"}, Token: plugin.TokenStatus{Present: true},
			ScopesGranted: []string{}, ScopesMissing: []string{}, Actions: []plugin.ActionStatus{}, Diagnostics: []plugin.Diagnostic{},
		}, `{"account":{"name":"me"},"scopes_granted":[],"scopes_missing":[],"actions":[],"token":{"present":true,"refreshable":false},"api":{"version":"","state":""},"diagnostics":[]}`},
		{"usage", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) { return p.Usage(ctx, conn) },
			&plugin.UsageResponse{Buckets: []plugin.UsageBucket{{
				Endpoint: "GET /x", Scope: plugin.ScopeMember, Limit: &limit, Used: 1,
				ResetsAt: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), Source: plugin.LimitLearned,
				LearnedOn: "2026-11-20", Refusing: true,
			}}}, ""},
		{"options", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			res, err := p.Options(ctx, nil, &plugin.OptionsRequest{Action: "echo", Pointer: "/text", Query: "h", Cursor: "c"})
			return res, err
		}, &plugin.OptionsResponse{Options: []plugin.Option{{Value: json.RawMessage(`"echo/textc"`), Label: "h"}}, NextCursor: "more"}, ""},
		{"no options", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			return p.Options(ctx, conn, &plugin.OptionsRequest{Query: "none"})
		}, &plugin.OptionsResponse{Options: []plugin.Option{}}, `{"options":[]}`},
		{"begin", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			res, err := p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
			if err != nil {
				return nil, err
			}
			return res.URL + " " + res.RedirectURL + " " + res.Session.Reveal(), nil
		}, "https://example.test/a?state=s http://localhost/cb session-of-the-login", ""},
		{"complete", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			return p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{Answer: plugin.NewSecret("the-code")}})
		}, &plugin.AuthorizeResponse{Done: true, Account: plugin.Account{ID: "1", URN: "urn:test:person:1", Name: "Ada"}, Granted: []string{"profile"}}, ""},
		{"disconnect", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			return nil, p.Disconnect(ctx, conn)
		}, nil, ""},
	}
	eachWay(t, func(t *testing.T, p *Plugin) {
		conn := account()
		for _, tt := range calls {
			got, err := tt.call(t.Context(), p, conn)
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
				continue
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b plugin.Secret) bool { return a.Reveal() == b.Reveal() })); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
			if tt.json == "" {
				continue
			}
			if doc, err := json.Marshal(got); err != nil || string(doc) != tt.json {
				t.Errorf("%s as JSON = %s, %v; want %s: an empty list is a list in every way", tt.name, doc, err, tt.json)
			}
		}
		stored, err := p.host.store.Get(t.Context(), &plugin.GetRequest{Key: plugin.ConnectionPrefix(plugintest.Name, conn.ID) + "token"})
		if err != nil || string(stored.Value) != "the-code" {
			t.Errorf("the store has the token %q, %v; want what the login brought", stored.Value, err)
		}
	})
}

func TestDescriptionIsTheSame(t *testing.T) {
	want, err := plugintest.New(nil).Describe(t.Context(), &plugin.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	wantDoc, _ := json.Marshal(want)
	eachWay(t, func(t *testing.T, p *Plugin) {
		doc, err := json.Marshal(p.Description())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(wantDoc), string(doc)); diff != "" {
			t.Errorf("description (-want +got):\n%s", diff)
		}
	})
}
