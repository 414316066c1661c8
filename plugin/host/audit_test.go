package host

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// trail is an audit trail in memory. It refuses entries while refuses is set.
type trail struct {
	mu      sync.Mutex // guards the fields below
	refuses bool
	entries []plugin.AuditEntry
}

func (t *trail) Append(ctx context.Context, e *plugin.AuditEntry) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refuses || ctx.Err() != nil {
		return &plugin.Error{Kind: plugin.StoreUnavailable, Message: "full"}
	}
	t.entries = append(t.entries, *e)
	return nil
}

// take returns what was appended, and forgets it.
func (t *trail) take() []plugin.AuditEntry {
	t.mu.Lock()
	defer t.mu.Unlock()
	taken := t.entries
	t.entries = nil
	return taken
}

// eachWayRecorded is eachWay with an audit trail.
func eachWayRecorded(t *testing.T, test func(t *testing.T, p *Plugin, kept *trail)) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			kept := new(trail)
			test(t, load(t, newHost(t, &Options{Store: new(plugintest.Store), Audit: kept}), way.source()), kept)
		})
	}
}

// members are the members that the action pages is about.
func members(from, to int) []string {
	var all []string
	for _, e := range page("", from, to).Items {
		all = append(all, "urn:test:person:"+strings.Trim(string(e), `{"n:}`))
	}
	slices.Sort(all)
	return all
}

func TestAuditOfActions(t *testing.T) {
	entry := func(action, outcome string, subjects ...string) plugin.AuditEntry {
		return plugin.AuditEntry{Connection: "me", Action: "tester." + action, Purpose: "a test", Outcome: outcome, Subjects: subjects}
	}
	tests := []struct {
		name, action, input string
		stream              bool
		want                []plugin.AuditEntry
		why                 string
	}{
		{"action", "echo", `{"text":"a"}`, false, []plugin.AuditEntry{entry("echo", "ok")}, "one entry, about nobody"},
		{"pages", "pages", `{"total":3}`, false, []plugin.AuditEntry{entry("pages", "ok", members(0, 3)...)}, "whose data it was"},
		{"stream", "pages", `{"total":3}`, true, []plugin.AuditEntry{entry("pages", "ok", members(0, 3)...)}, "a stream is one use"},
		{"failure", "fail", `{"kind":"forbidden"}`, false, []plugin.AuditEntry{entry("fail", "forbidden")}, "with the error's kind"},
		{"input that does not fit", "echo", `{}`, false, []plugin.AuditEntry{entry("echo", "invalid_input")}, "it was tried"},
		{"page that fails", "pages", `{"total":9,"fail_after":2}`, false, []plugin.AuditEntry{entry("pages", "unavailable")}, "about nobody who is known"},
		{"unknown action", "ecko", `{}`, false, nil, "there is nothing to name"},
	}
	eachWayRecorded(t, func(t *testing.T, p *Plugin, kept *trail) {
		for _, tt := range tests {
			invoke := p.Invoke
			if tt.stream {
				invoke = p.Stream
			}
			req := request(tt.action, tt.input)
			req.Purpose = "a test"
			run(t.Context(), invoke, req)
			if diff := cmp.Diff(tt.want, kept.take()); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", tt.name, tt.why, diff)
			}
		}
	})
}

// TestAuditOfManyMembers wants a thousand in an entry at most, each once.
func TestAuditOfManyMembers(t *testing.T) {
	eachWayRecorded(t, func(t *testing.T, p *Plugin, kept *trail) {
		if got := run(t.Context(), p.Invoke, request("pages", `{"total":2500,"page_size":1000}`)); got.Err != nil {
			t.Fatal(got.Err)
		}
		var sizes []int
		var all []string
		for _, e := range kept.take() {
			sizes = append(sizes, len(e.Subjects))
			all = append(all, e.Subjects...)
		}
		if !slices.Equal(sizes, []int{1000, 1000, 500}) || !slices.Equal(all, members(0, 2500)) {
			t.Errorf("entries of %v members, %d in all; want 1000, 1000 and 500, and everyone", sizes, len(all))
		}
	})
}

func TestAuditAfterReplay(t *testing.T) {
	t.Parallel()
	kept := new(trail)
	p := tester(t, &Options{Store: new(plugintest.Store), Audit: kept})
	if got := run(t.Context(), p.Invoke, request("pages", `{"total":4,"page_size":2,"crash_after":1}`)); got.Err != nil {
		t.Fatal(got.Err)
	}
	want := []plugin.AuditEntry{{Connection: "me", Action: "tester.pages", Outcome: "ok", Subjects: members(0, 4)}}
	if diff := cmp.Diff(want, kept.take()); diff != "" {
		t.Errorf("the second run is the same use (-want +got):\n%s", diff)
	}
}

func TestAuditOfCanceledAction(t *testing.T) {
	eachWayRecorded(t, func(t *testing.T, p *Plugin, kept *trail) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := p.Invoke(ctx, account(), request("wait", `{}`), func(*plugin.Event) error { cancel(); return nil })
		want := []plugin.AuditEntry{{Connection: "me", Action: "tester.wait", Outcome: "canceled"}}
		if diff := cmp.Diff(want, kept.take()); diff != "" {
			t.Errorf("after %v (-want +got):\n%s", err, diff)
		}
	})
}

// TestAuditThatRefuses wants the result all the same, with a notice.
func TestAuditThatRefuses(t *testing.T) {
	notice := plugin.Event{Type: plugin.EventNotice, Code: "audit_unavailable", Message: auditMissing}
	eachWayRecorded(t, func(t *testing.T, p *Plugin, kept *trail) {
		kept.refuses = true
		for name, invoke := range map[string]func(context.Context, *Connection, *plugin.InvokeRequest, func(*plugin.Event) error) (*plugin.Result, error){"invoke": p.Invoke, "stream": p.Stream} {
			got := run(t.Context(), invoke, request("pages", `{"total":0}`))
			if diff := cmp.Diff([]plugin.Event{notice}, got.Meta.Notices); diff != "" || got.Output == "" || got.Err != nil {
				t.Errorf("%s: output %q, %v, notices (-want +got):\n%s", name, got.Output, got.Err, diff)
			}
			if diff := cmp.Diff([]plugin.Event{notice}, got.Events); diff != "" {
				t.Errorf("%s: events (-want +got):\n%s", name, diff)
			}
		}
		got := run(t.Context(), p.Invoke, request("fail", `{"kind":"forbidden"}`))
		if got.Err == nil || got.Err.Kind != plugin.Forbidden || !cmp.Equal([]plugin.Event{notice}, got.Events) {
			t.Errorf("a failure: %v, %v; want its own error and the notice", got.Err, got.Events)
		}
		checked, err := p.Check(t.Context(), account(), &plugin.CheckRequest{Deep: true})
		if err != nil || len(checked.Diagnostics) != 1 || checked.Diagnostics[0].Message != auditMissing {
			t.Errorf("a deep check: %+v, %v; want a remark", checked, err)
		}
	})
}

func TestAuditOfTheHost(t *testing.T) {
	eachWayRecorded(t, func(t *testing.T, p *Plugin, kept *trail) {
		conn := account()
		conn.Account.URN = "urn:test:person:1"
		steps := []func() error{
			func() error {
				_, err := p.Authorize(t.Context(), conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
				return err
			},
			func() error {
				_, err := p.Authorize(t.Context(), conn, &plugin.AuthorizeRequest{Token: &plugin.AuthorizeToken{AccessToken: plugin.NewSecret("a-token")}})
				return err
			},
			func() error { _, err := p.Check(t.Context(), conn, &plugin.CheckRequest{}); return err },
			func() error { _, err := p.Check(t.Context(), conn, &plugin.CheckRequest{Deep: true}); return err },
			func() error { _, err := p.Usage(t.Context(), conn); return err },
			func() error { _, err := p.host.Connections().Delete(t.Context(), conn); return err },
			func() error { _, err := p.host.Connections().Delete(t.Context(), conn); return err },
		}
		for i, step := range steps {
			if err := step(); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
		}
		want := []plugin.AuditEntry{
			{Connection: "me", Action: "host.authorize", Outcome: "ok", Subjects: []string{"urn:test:person:1"}},
			{Connection: "me", Action: "host.check", Outcome: "ok"},
			{Connection: "me", Action: "host.disconnect", Outcome: "ok", Subjects: []string{"urn:test:person:1"}},
		}
		if diff := cmp.Diff(want, kept.take()); diff != "" {
			t.Errorf("logins, deep checks and deletions (-want +got):\n%s", diff)
		}
	})
}

func TestPurposeThatCannotBeKept(t *testing.T) {
	for name, purpose := range map[string]string{"long": strings.Repeat("x", purposeMax+1), "no text": "\xff", "zero": "a\x00b"} {
		kept := new(trail)
		p := load(t, newHost(t, &Options{Audit: kept}), Direct(plugintest.New(nil)))
		req := request("echo", `{"text":"a"}`)
		req.Purpose = purpose
		_, err := p.Invoke(t.Context(), account(), req, nil)
		if plugin.KindOf(err) != plugin.InvalidInput || len(kept.take()) > 0 {
			t.Errorf("%s: %v, want invalid_input before anything is done", name, err)
		}
	}
}
