package plugin_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
)

const hunter2 = "hunter2-and-more"

// holder has a secret where package fmt calls no method of it.
type holder struct {
	Name   string
	hidden plugin.Secret
}

func TestSecretHides(t *testing.T) {
	s := plugin.NewSecret(hunter2)
	verbs := strings.Split("v +v #v s q x X d b o O t c U e E f F g G p T", " ")
	values := []struct {
		name  string
		value any
		why   string
	}{
		{"value", s, "the usual slip in a log line"},
		{"pointer", &s, "a pointer has the same methods"},
		{"field", struct{ Secret plugin.Secret }{s}, "fmt calls methods of exported fields"},
		{"unexported field", holder{"x", s}, "fmt cannot call methods of unexported fields and prints what is inside"},
		{"pointer to a struct", &holder{"x", s}, "the same, one step away"},
		{"map", map[string]plugin.Secret{"client_secret": s}, "the shape of Connection.Secrets"},
		{"list", []plugin.Secret{s}, "elements are printed one by one"},
		{"request", plugin.ConnectRequest{Connection: plugin.Connection{Secrets: map[string]plugin.Secret{"k": s}}}, "whole requests are logged in despair"},
		{"error", fmt.Errorf("token %v: %w", s, fmt.Errorf("%s", s)), "error texts travel far"},
	}
	for _, v := range values {
		for _, verb := range verbs {
			if got := fmt.Sprintf("%"+verb, v.value); leaks(got) {
				t.Errorf("%s with %%%s shows the secret: %s (%s)", v.name, verb, got, v.why)
			}
		}
		if got := fmt.Sprint(v.value); leaks(got) {
			t.Errorf("%s with Sprint shows the secret: %s (%s)", v.name, got, v.why)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "v", v.value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "v", v.value)
		if leaks(log.String()) {
			t.Errorf("%s shows the secret in a log: %s (%s)", v.name, log.String(), v.why)
		}
		if doc, err := json.Marshal(v.value); err == nil && leaks(string(doc)) {
			t.Errorf("%s shows the secret in JSON: %s (%s)", v.name, doc, v.why)
		}
	}
	if doc, err := xml.Marshal(s); err == nil && leaks(string(doc)) {
		t.Errorf("XML shows the secret: %s", doc)
	}
}

// leaks reports whether text has the secret in it, in hexadecimal too.
func leaks(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, hunter2) || strings.Contains(text, fmt.Sprintf("%x", hunter2))
}

func TestSecretSays(t *testing.T) {
	tests := []struct {
		name, value, want string
		zero              bool
		why               string
	}{
		{"secret", hunter2, "REDACTED", false, "the length of a secret says something about it, so it is not shown either"},
		{"zero", "", "", true, "a form must tell an empty setting from a hidden one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := plugin.NewSecret(tt.value)
			if s.String() != tt.want || s.IsZero() != tt.zero || s.Reveal() != tt.value {
				t.Errorf("NewSecret(%q) = String %q, IsZero %t, Reveal %q; want %q, %t, %q (%s)",
					tt.value, s.String(), s.IsZero(), s.Reveal(), tt.want, tt.zero, tt.value, tt.why)
			}
		})
	}
	if !(plugin.Secret{}).IsZero() {
		t.Error("the zero Secret has something to hide")
	}
}
