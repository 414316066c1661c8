package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// TestCommandLineMistakes gives command lines that cannot be right: each ends
// with status 2, says why in words of its own, and where to look.
func TestCommandLineMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ line, message, hint string }{
		{"conect", `unknown command "conect" for "linkstep"`, "Did you mean connect? See: linkstep --help"},
		{"conect linkedin --name me", `unknown command "conect" for "linkstep"`, "Did you mean connect? See: linkstep --help"},
		{"frobnicate", `unknown command "frobnicate" for "linkstep"`, "See: linkstep --help"},
		{"keys rotat", `unknown command "rotat" for "linkstep keys"`, "Did you mean rotate? See: linkstep keys --help"},
		{"new conector hello", `unknown command "conector" for "linkstep new"`, "Did you mean connector? See: linkstep new --help"},
		{"completion powershel", `unknown command "powershel" for "linkstep completion"`, "Did you mean powershell? See: linkstep completion --help"},
		{"help nosuch", `unknown command "nosuch" for "linkstep"`, "See: linkstep --help"},
		{"help keys rotat", `unknown command "rotat" for "linkstep keys"`, "Did you mean rotate? See: linkstep keys --help"},
		{"--json", "--json: linkstep does nothing by itself; name one of its commands", "See: linkstep --help"},
		{"new --json", "--json: linkstep new does nothing by itself; name one of its commands", "See: linkstep new --help"},
		{"schemas --json", "--json: linkstep schemas does nothing by itself; name one of its commands", "See: linkstep schemas --help"},
		{"completion --json", "--json: linkstep completion does nothing by itself; name one of its commands", "See: linkstep completion --help"},
		{"disconnect", "NAME is missing; write linkstep disconnect NAME", "See: linkstep disconnect --help"},
		{"schemas diff old", "NEW is missing; write linkstep schemas diff OLD NEW", "See: linkstep schemas diff --help"},
		{"keys use file a b", `"b" is one argument too many; write linkstep keys use file [PATH]`, "See: linkstep keys use file --help"},
		{"privacy export me", `linkstep privacy export takes no argument, and "me" is one`, "See: linkstep privacy export --help"},
		{"invoke a.b --bad", "unknown flag: --bad", "See: linkstep invoke --help"},
		{"audit --limit x", `invalid argument "x" for "--limit" flag: it is a whole number`, "See: linkstep audit --help"},
		{"audit --limit 99999999999999999999", `invalid argument "99999999999999999999" for "--limit" flag: the number is out of range`, "See: linkstep audit --help"},
		{"sandbox --seed -1", `invalid argument "-1" for "--seed" flag: it is a whole number, and not below zero`, "See: linkstep sandbox --help"},
		{"check --deep=so", `invalid argument "so" for "--deep" flag: it is true or false`, "See: linkstep check --help"},
		{"invoke a.b --timeout 5", `invalid argument "5" for "--timeout" flag: it is a time with its unit, like 30s, 5m or 1h30m`, "See: linkstep invoke --help"},
		{"invoke a.b --timeout 0", "--timeout 0s: it must be above zero", "See: linkstep invoke --help"},
		{"invoke a.b --timeout -5s", "--timeout -5s: it must be above zero", "See: linkstep invoke --help"},
		{"connect linkedin --timeout 0s", "--timeout 0s: it must be above zero", "See: linkstep connect --help"},
		{"conform x --timeout 0s", "--timeout 0s: it must be above zero", "See: linkstep conform --help"},
	} {
		t.Run(tt.line, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(tt.line)
			if !strings.Contains(tt.line, "--json") {
				status, stdout, stderr := ranLine(t, args...)
				want := "error: " + tt.message + "\nhint: " + tt.hint + "\n"
				if status != exitUsage || stdout != "" || stderr != want {
					t.Errorf("status %d, standard output %q, standard error (-want +got):\n%s", status, stdout, cmp.Diff(want, stderr))
				}
				args = append(args, "--json")
			}
			status, stdout, stderr := ranLine(t, args...)
			var doc struct{ Error plugin.Error }
			if err := json.Unmarshal([]byte(stdout), &doc); err != nil {
				t.Fatalf("with --json, standard output is not one JSON document: %v\n%s%s", err, stdout, stderr)
			}
			if status != exitUsage || doc.Error.Message != tt.message || doc.Error.Hint != tt.hint || stderr != "" {
				t.Errorf("with --json: status %d, error %+v, standard error %q", status, doc.Error, stderr)
			}
		})
	}
}

// ranLine runs a command line, and returns how it ended and what it said.
func ranLine(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs}
	status = a.finish(a.commandLine(args).ExecuteContextC(t.Context()))
	return status, out.String(), errs.String()
}

// TestHelpIsNoMistake asks for help where there is some: it is what a command
// prints, and no error.
func TestHelpIsNoMistake(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"", "help", "help keys use", "keys use", "new", "privacy", "schemas", "invoke --help", "completion", "completion bash", "--version"} {
		if status, stdout, stderr := ranLine(t, strings.Fields(line)...); status != exitDone || stdout == "" || stderr != "" {
			t.Errorf("linkstep %s: status %d, standard output of %d bytes, standard error %q", line, status, len(stdout), stderr)
		}
	}
}
