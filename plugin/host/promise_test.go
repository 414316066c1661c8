package host

import (
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// TestUpgradeThatBreaks takes an action away in a new version.
func TestUpgradeThatBreaks(t *testing.T) {
	tests := []struct {
		name, from, to string
		without        string
		opts           *UpgradeOptions
		refused        bool
		why            string
	}{
		{"nothing broken", "1.2.3", "1.3.0", "", nil, false, "the ordinary case"},
		{"a new minor version", "1.2.3", "1.3.0", "echo", nil, true, "steps that call it would fail"},
		{"allowed", "1.2.3", "1.3.0", "echo", &UpgradeOptions{AllowBreaking: true}, false, "the operator knows"},
		{"not allowed", "1.2.3", "1.3.0", "echo", &UpgradeOptions{}, true, "the zero option is none"},
		{"a new major version", "1.2.3", "2.0.0", "echo", nil, false, "the number says so"},
		{"a minor version before the first", "0.2.3", "0.3.0", "echo", nil, false, "semantic versions begin at 1"},
		{"a patch before the first", "0.2.3", "0.2.4", "echo", nil, true, "a patch is no place for it"},
		{"an older major version", "2.0.0", "1.9.0", "echo", nil, true, "going back breaks as well"},
		{"no number", "1.2.3", "newest", "echo", nil, true, "nothing says that it may"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := load(t, newHost(t, nil), Direct(plugintest.New(&plugintest.Options{Version: tt.from})))
			err := p.Upgrade(t.Context(), Direct(plugintest.New(&plugintest.Options{Version: tt.to, Without: tt.without})), tt.opts)
			if !tt.refused {
				if err != nil || p.Description().Version != tt.to {
					t.Errorf("Upgrade from %s to %s = %v: %s", tt.from, tt.to, err, tt.why)
				}
				return
			}
			e := plugin.AsError(err)
			want := "version " + tt.to + " of the plugin tester breaks what version " + tt.from + " promised: echo: the action is gone"
			if e == nil || e.Kind != plugin.PluginIncompatible || e.Message != want || e.Detail != "echo: the action is gone" || e.Effect != plugin.EffectNone || e.Hint == "" {
				t.Errorf("Upgrade from %s to %s = %+v, want %q: %s", tt.from, tt.to, e, want, tt.why)
			}
			if _, err := p.Invoke(t.Context(), account(), request("echo", `{"text":"a"}`), nil); err != nil || p.Description().Version != tt.from {
				t.Errorf("after it version %s: %v; want the old one to go on", p.Description().Version, err)
			}
		})
	}
}

// TestBrokenPromisesAreAllNamed counts in the sentence and lists in the detail.
func TestBrokenPromisesAreAllNamed(t *testing.T) {
	old := &plugin.Description{Name: "hello", Version: "1.0.0", Actions: []plugin.ActionSpec{{Name: "greet"}, {Name: "wave"}, {Name: "bow"}}}
	e := plugin.AsError(keepsPromises(old, &plugin.Description{Name: "hello", Version: "1.1.0"}))
	if e == nil || !strings.HasSuffix(e.Message, ": greet: the action is gone (and 2 more)") || strings.Count(e.Detail, "the action is gone") != 3 {
		t.Errorf("error = %+v, want the first in the message and all in the detail", e)
	}
}
