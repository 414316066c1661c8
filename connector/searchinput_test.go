package connector_test

import (
	"strings"
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

func TestSearchPeopleBadInput(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	for _, tt := range []struct{ name, input, pointer string }{
		{"nothing to look for", `{}`, "/keywords"},
		{"page of none", `{"keywords":"x","page_size":0}`, "/page_size"},
		{"page too large", `{"keywords":"x","page_size":26}`, "/page_size"},
		{"page in words", `{"keywords":"x","page_size":"10"}`, "/page_size"},
		{"half a page", `{"keywords":"x","page_size":2.5}`, "/page_size"},
		{"no people", `{"keywords":"x","max_items":0}`, "/max_items"},
		{"no calls", `{"keywords":"x","max_calls":0}`, "/max_calls"},
		{"age of days", `{"keywords":"x","max_age_seconds":86401}`, "/max_age_seconds"},
		{"age before its time", `{"keywords":"x","max_age_seconds":-1}`, "/max_age_seconds"},
		{"keywords of 2 MB", `{"keywords":"` + strings.Repeat("x", 2_000_000) + `"}`, "/keywords"},
		{"keywords that are a list", `{"keywords":["x"]}`, "/keywords"},
		{"field that is none", `{"keywords":"x","fields":["phone"]}`, "/fields/0"},
		{"fields twice", `{"keywords":"x","fields":["id","id"]}`, "/fields"},
		{"no fields", `{"keywords":"x","fields":[]}`, "/fields"},
		{"name that is mistyped", `{"keyword":"x"}`, "/keyword"},
		{"cursor with a space", `{"keywords":"x","cursor":"a b"}`, "/cursor"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := b.refused("search_people", tt.input)
			if e.Kind != plugin.InvalidInput || e.Pointer != tt.pointer || e.Message == "" || e.Hint == "" {
				t.Errorf("error %s, want one at %s", detailed(e), tt.pointer)
			}
			if len(e.Message) > 1000 {
				t.Errorf("a message of %d bytes", len(e.Message))
			}
		})
	}
	b.wantPaths()
}

func TestConnectorChecksInputWithoutAHost(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	c := opened(t, b.store)
	if _, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: b.pluginConnection()}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ action, input, pointer string }{
		{"search_people", `{"keywords":"x","page_size":26}`, "/page_size"},
		{"search_people", `{"keywords":"x","page_size":-1}`, "/page_size"},
		{"search_people", `{"keywords":5}`, "/keywords"},
		{"search_people", `{"words":"x"}`, ""},
		{"search_people", `{"keywords":"x"} {}`, ""},
		{"search_people", `{`, ""},
		{"get_person", `{"person":"a),b("}`, "/person"},
		{"get_person", `{}`, "/person"},
		{"get_people", `{}`, "/people"},
		{"get_people", `{"people":["ok","a/b"]}`, "/people/1"},
	} {
		_, err := c.Invoke(t.Context(), &plugin.InvokeRequest{Connection: b.conn.ID, Action: tt.action, Input: []byte(tt.input)}, nil)
		if e := plugin.AsError(err); e == nil || e.Kind != plugin.InvalidInput || e.Pointer != tt.pointer {
			t.Errorf("%s(%s): %v, want invalid_input at %q", tt.action, tt.input, err, tt.pointer)
		}
	}
	b.wantPaths()
}
