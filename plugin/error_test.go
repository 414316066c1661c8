package plugin_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// wantGolden compares an indented JSON document with a golden file.
func wantGolden(t *testing.T, name string, value any) {
	t.Helper()
	got, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestErrorJSON(t *testing.T) {
	at := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	wantGolden(t, "errors.json", []*plugin.Error{
		{Kind: plugin.NotFound, Message: "the least that an error says", Effect: plugin.EffectNone},
		{
			Kind: plugin.QuotaExhausted, Source: plugin.SourceUpstream,
			Message: "LinkedIn's daily limit for this account is used up", Hint: "Run again after midnight UTC.",
			Detail: "429 from GET /v2/me", Pointer: "/person",
			Violations: []plugin.Violation{{Pointer: "/person", Message: "person is missing"}, {Message: "the whole document"}},
			HTTPStatus: 429, VendorCode: "101", RequestID: "ABC123", Retryable: true, RetryAt: &at,
			Effect: plugin.EffectUnknown, DocsURL: "https://example.test/limits", Err: errors.New("stays here"),
		},
	})
}

func TestErrorClassification(t *testing.T) {
	deep := &plugin.Error{Kind: plugin.Forbidden, Message: "no", Err: io.EOF}
	var none *plugin.Error
	tests := []struct {
		name               string
		err                error
		kind               plugin.Kind
		canceled, deadline bool
		why                string
	}{
		{"nil", nil, plugin.Unknown, false, false, "nothing went wrong, so there is no kind"},
		{"plain", errors.New("x"), plugin.Unknown, false, false, "an error nobody classified"},
		{"own", deep, plugin.Forbidden, false, false, "the error itself"},
		{"wrapped", fmt.Errorf("get_person: %w", deep), plugin.Forbidden, false, false, "helpers add context"},
		{"joined", errors.Join(io.EOF, deep), plugin.Forbidden, false, false, "errors.Join hides it behind a list"},
		{"context canceled", context.Canceled, plugin.Canceled, true, false, "a connector returns ctx.Err() as it is"},
		{"context deadline", fmt.Errorf("x: %w", context.DeadlineExceeded), plugin.Deadline, false, true, "net/http wraps it"},
		{"canceled", &plugin.Error{Kind: plugin.Canceled}, plugin.Canceled, true, false, "as it comes over the wire, its cause lost"},
		{"deadline", &plugin.Error{Kind: plugin.Deadline}, plugin.Deadline, false, true, "the same"},
		{"classified over a cancellation", &plugin.Error{Kind: plugin.Timeout, Err: context.DeadlineExceeded}, plugin.Timeout, false, true, "our word wins, the cause stays findable"},
		{"nil of our type", none, plugin.Internal, false, false, "a variable of that type, returned as an error, ended the process"},
		{"wrapped nil of our type", fmt.Errorf("get_person: %w", none), plugin.Internal, false, false, "the same, with context"},
		{"nil of our type as the cause", &plugin.Error{Kind: plugin.NotFound, Err: none}, plugin.NotFound, false, false, "errors.Is walks down to it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := plugin.KindOf(tt.err); got != tt.kind {
				t.Errorf("KindOf(%v) = %v, want %v: %s", tt.err, got, tt.kind, tt.why)
			}
			if got := errors.Is(tt.err, context.Canceled); got != tt.canceled {
				t.Errorf("%v is context.Canceled = %t, want %t: %s", tt.err, got, tt.canceled, tt.why)
			}
			if got := errors.Is(tt.err, context.DeadlineExceeded); got != tt.deadline {
				t.Errorf("%v is context.DeadlineExceeded = %t, want %t: %s", tt.err, got, tt.deadline, tt.why)
			}
			e := plugin.AsError(tt.err)
			switch {
			case tt.err == nil && e != nil:
				t.Errorf("AsError(nil) = %v", e)
			case tt.err == nil:
			case !errors.Is(e, tt.err) && !errors.Is(tt.err, e):
				t.Errorf("AsError(%v) = %v, which has lost its cause: %s", tt.err, e, tt.why)
			case e.Kind == plugin.Unknown || e.Message == "" && tt.kind == plugin.Unknown:
				t.Errorf("AsError(%v) = %+v, which says nothing: %s", tt.err, e, tt.why)
			}
		})
	}
	if got, want := error(none).Error(), "internal: a nil *plugin.Error was returned as an error"; got != want {
		t.Errorf("Error() of a nil one = %q, want %q", got, want)
	}
	if got, want := deep.Error(), "forbidden: no"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !errors.Is(deep, io.EOF) {
		t.Error("the cause of an error is not found")
	}
}

func TestKindWords(t *testing.T) {
	seen := map[string]bool{}
	for _, kind := range append(plugin.Kinds(), plugin.Unknown) {
		word, err := kind.MarshalText()
		if err != nil || len(word) == 0 || seen[string(word)] {
			t.Errorf("MarshalText of kind %d = %q, %v; it is empty or used twice", kind, word, err)
		}
		seen[string(word)] = true
		var back plugin.Kind
		if err := back.UnmarshalText(word); err != nil || back != kind {
			t.Errorf("UnmarshalText(%q) = %v, %v; want %v", word, back, err, kind)
		}
		if kind.String() != string(word) {
			t.Errorf("String of kind %d = %q, MarshalText %q", kind, kind, word)
		}
	}
	// The words are the contract: engines branch on them.
	wantGolden(t, "kinds.json", plugin.Kinds())

	var kind plugin.Kind
	if err := kind.UnmarshalText([]byte("no_such_kind")); err == nil {
		t.Error("a word that is none is read as a kind")
	}
	for _, none := range []plugin.Kind{-1, 1000} {
		if got := none.String(); got != "unknown" {
			t.Errorf("String of kind %d = %q, want unknown", int(none), got)
		}
	}
}
