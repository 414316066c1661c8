package main

import (
	"bytes"
	"maps"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// wantStatus is the exit status of each kind: what scripts have been told.
var wantStatus = map[int][]plugin.Kind{
	1:   {plugin.Unknown, plugin.Internal, plugin.StoreUnavailable},
	2:   {plugin.UnknownName},
	3:   {plugin.InvalidInput, plugin.InvalidConfig, plugin.TooLarge, plugin.VersionRetired},
	4:   {plugin.Reauthorize},
	5:   {plugin.Forbidden},
	6:   {plugin.NotFound, plugin.Conflict},
	7:   {plugin.QuotaExhausted, plugin.RateLimited},
	8:   {plugin.Unavailable, plugin.Timeout, plugin.Deadline, plugin.BadUpstream},
	9:   {plugin.PluginCrashed, plugin.PluginUnresponsive, plugin.PluginStart, plugin.PluginIncompatible, plugin.PluginTampered},
	130: {plugin.Canceled},
}

// TestExitStatus ends a command with an error of each kind, and without one.
func TestExitStatus(t *testing.T) {
	t.Parallel()
	want := map[string]int{"none": exitDone}
	for status, kinds := range wantStatus {
		for _, kind := range kinds {
			want[kind.String()] = status
		}
	}
	got := map[string]int{"none": finished(t, nil)}
	for _, kind := range append(plugin.Kinds(), plugin.Unknown) {
		got[kind.String()] = finished(t, &plugin.Error{Kind: kind, Message: "no"})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exit statuses (-want +got):\n%s", diff)
	}
}

// finished is the exit status of a command that ended with err.
func finished(t *testing.T, err error) int {
	t.Helper()
	a := &app{out: new(bytes.Buffer), err: new(bytes.Buffer), ran: true}
	return a.finish(a.rootCommand(), err)
}

// TestReadmeExitTable holds the README's table of exit statuses against what a
// command ends with.
func TestReadmeExitTable(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "\n| status | kinds |")
	table, _, _ := strings.Cut(rest, "\n\n")
	word := regexp.MustCompile("`([a-z_]+\\*?)`")
	want, got := map[string]int{}, map[string]int{}
	for _, kind := range plugin.Kinds() {
		want[kind.String()] = exitStatus[kind]
	}
	for _, row := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(row, "|")
		status, err := strconv.Atoi(strings.TrimSpace(cells[1]))
		if err != nil {
			t.Fatalf("README, %q: %v", row, err)
		}
		for _, w := range word.FindAllStringSubmatch(cells[2], -1) {
			start, all := strings.CutSuffix(w[1], "*")
			for kind := range maps.Keys(want) {
				if kind == w[1] || all && strings.HasPrefix(kind, start) {
					got[kind] = status
				}
			}
			if _, known := want[w[1]]; !known && !all {
				t.Errorf("README, %q: there is no kind %s", row, w[1])
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exit statuses (-command +README):\n%s", diff)
	}
}

// TestConnectorExitTable holds the table in the comment of package connector,
// which a test there makes with statuses of its own, against what a command
// ends with.
func TestConnectorExitTable(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../connector/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^//\t *[0-9]+ .* ([a-z_]+) +([0-9]+)$`).FindAllStringSubmatch(string(doc), -1)
	if len(rows) < 70 {
		t.Fatalf("the table has only %d rows", len(rows))
	}
	for _, row := range rows {
		want := exitDone
		if row[1] != "done" {
			var kind plugin.Kind
			if err := kind.UnmarshalText([]byte(row[1])); err != nil {
				t.Errorf("%s: %v", row[0], err)
				continue
			}
			want = exitStatus[kind]
		}
		if row[2] != strconv.Itoa(want) {
			t.Errorf("%s: a command ends with %d", row[0], want)
		}
	}
}

// TestErrorWords words errors for a person, and says the detail where a hint
// asks for it in a report.
func TestErrorWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, why string
		err       plugin.Error
		want      string
	}{
		{"plain", "the detail is for logs", plugin.Error{Kind: plugin.NotFound, Source: plugin.SourceUpstream, Message: "nobody", Detail: "body"}, "error: nobody\n"},
		{"defect", "its hint asks for the detail", plugin.Error{Kind: plugin.Internal, Source: plugin.SourceConnector, Message: "no", Hint: "Report it.", Detail: "line 5"},
			"error: no\nhint: Report it.\ndetail: line 5\n"},
		{"host", "a plugin's last words explain its end", plugin.Error{Kind: plugin.PluginCrashed, Source: plugin.SourceHost, Message: "gone", Detail: "panic"}, "error: gone\ndetail: panic\n"},
		{"bad upstream", "its hint asks for the detail", plugin.Error{Kind: plugin.BadUpstream, Source: plugin.SourceUpstream, Message: "odd", Detail: "no id", RequestID: "r1"},
			"error: odd\ndetail: no id\nrequest id: r1\n"},
		{"violations", "each stands at its field", plugin.Error{Kind: plugin.InvalidInput, Message: "no", Violations: []plugin.Violation{{Message: "a"}, {Pointer: "/b", Message: "c"}}},
			"error: no\n  /: a\n  /b: c\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			printError(&out, &tt.err)
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.why, diff)
			}
		})
	}
}
