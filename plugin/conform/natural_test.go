package conform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
)

// answering makes an action answer in one way, whoever asks.
func answering(answer func() (*plugin.Result, error)) func(*notes) plugin.Connector {
	return invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
		if req.Action != "get_note" {
			return good.Invoke(ctx, req, emit)
		}
		return answer()
	})
}

// natural are faults as they come about, which show with every call of an
// action, also before a login: the kit once reported them under that heading,
// with the advice to ask for a login.
func natural() []broken {
	return []broken{
		{name: "panics whoever asks", build: answering(func() (*plugin.Result, error) { var in *settings; return nil, errors.New(in.ClientID) }), why: "It panicked"},
		{name: "exits whoever asks", way: "file", build: answering(func() (*plugin.Result, error) { os.Exit(3); return nil, nil }), why: "os.Exit"},
		{name: "fails whoever asks", build: answering(func() (*plugin.Result, error) { return nil, errors.New("dial tcp: no route") }), why: "A plain error counts as internal"},
		{name: "gives nothing", build: answering(func() (*plugin.Result, error) { return nil, nil }), why: "either an answer or an error"},
		{name: "gives no JSON", build: answering(func() (*plugin.Result, error) { return &plugin.Result{Output: json.RawMessage("{id: 1}")}, nil }), why: "json.Marshal"},
		{
			name: "gives far too much", way: "in-process",
			build: answering(func() (*plugin.Result, error) {
				return &plugin.Result{Output: json.RawMessage(`{"id":1,"title":"` + string(bytes.Repeat([]byte("x"), 17<<20)) + `"}`)}, nil
			}),
			why: "up to 16 MiB",
		},
		{
			name: "names a type that there is not", build: rewriting(getInput, `"type": "integer"`, `"type": "intger"`),
			failed: "describe: its schemas are JSON Schema 2020-12", why: "Write a JSON Schema",
		},
		{
			name: "has an example of another day", build: describing(func(d *plugin.Description) { d.Actions[0].Examples[0].Input = json.RawMessage(`{"number": 1}`) }),
			failed: "describe: examples of actions fit their schemas", why: "an example that can be run",
		},
	}
}

func TestNaturalFaults(t *testing.T) {
	t.Parallel()
	const example, stranger = "wire: get_note, example 1, gives an output that fits", "wire: an action without a login asks to log in"
	for _, n := range natural() {
		for _, with := range []string{"settings", "no settings"} {
			t.Run(n.name+" with "+with, func(t *testing.T) {
				t.Parallel()
				opts := everything(t)
				want := example
				if with == "no settings" {
					opts.Settings, want = nil, stranger
				}
				if n.failed != "" {
					want = n.failed
				}
				report := try(t, n.source(t, logged(opts)), opts)
				if diff := cmp.Diff([]string{want}, withStatus(report, conform.Failed)); diff != "" {
					t.Fatalf("failed cases (-want +got):\n%s", diff)
				}
				c := caseOf(t, report, want)
				if !strings.Contains(c.Advice, n.why) && with == "settings" || strings.Contains(c.Advice, "asks a person to log in") && !strings.Contains(n.name, "fails") {
					t.Errorf("the advice is %q, want %q in it", c.Advice, n.why)
				}
				if strings.Count(c.Why, "; ") > 2 || strings.Contains(c.Why, "allOf") || strings.Contains(c.Why, "Report it") {
					t.Errorf("it is no help to say %q", c.Why)
				}
			})
		}
	}
}
