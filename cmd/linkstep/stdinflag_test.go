package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// A secret that is given where none belongs is refused, and not shown.
func TestMisplacedSecretIsNotShown(t *testing.T) {
	u := newUser(t)
	u.connect()
	const secret = "s3cret-that-slipped"
	for _, args := range [][]string{
		{"connect", "linkedin", "--name", "me", "--client-secret-stdin=" + secret},
		{"connect", "linkedin", "--name", "me", "--access-token-stdin=" + secret},
		{"connect", "linkedin", "--name", "me", "--set", "client_secret:" + secret},
		{"connect", "linkedin", "--name", "me", "--set", "=" + secret},
		{"connect", "linkedin", "--name", "me", "--set", "client_secret=" + secret},
		{"conform", "nowhere", "--access-token-stdin=" + secret},
	} {
		cmd := u.command(args...)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != exitUsage || bytes.Contains(out, []byte(secret)) {
			t.Errorf("%q: exit status %d, want %d\n%s", args, got, exitUsage, out)
		}
	}
	// The switch may be written out.
	out, err := u.command("connect", "linkedin", "--name", "me", "--client-secret-stdin=false", "--access-token-stdin=false", "--yes").CombinedOutput()
	if err != nil {
		t.Errorf("switches that are off: %v\n%s", err, out)
	}
}

// What is no text is the mistake of who gives it.
func TestNoTextIsRefused(t *testing.T) {
	u := newUser(t)
	u.connect()
	const junk = "abc\xff\xfedef"
	for _, tt := range []struct {
		args  []string
		stdin string
	}{
		{[]string{"connect", "linkedin", "--name", "me", "--client-secret-stdin"}, junk},
		{[]string{"connect", "linkedin", "--name", "me", "--access-token-stdin"}, junk},
		{[]string{"invoke", "linkedin.get_profile", "--idempotency-key", junk}, ""},
		{[]string{"invoke", "linkedin.get_profile", "--purpose", junk}, ""},
		{[]string{"invoke", "linkedin.get_profile", "--connection", junk}, ""},
		{[]string{"invoke", "linkedin.get_profile", "--input", "-"}, `{"x":"` + junk + `"}`},
		{[]string{"connect", "linkedin", "--name", "me", "--set", "client_id=" + junk}, ""},
		{[]string{"connect", "linkedin", "--name", "me", "--settings", u.settingsFile(), "--set", "scopes=" + junk}, ""},
	} {
		cmd := u.command(tt.args...)
		cmd.Stdin = strings.NewReader(tt.stdin)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != exitUsage && got != 3 || bytes.Contains(out, []byte("defect")) {
			t.Errorf("%q: exit status %d, want that of a mistake\n%s", tt.args, got, out)
		}
	}

	// A pasted answer is asked for again.
	cmd, page, paste := u.startConnect()
	answer, err := consent(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(paste, junk+"\n"+answer+"\n"); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("a right answer after one that is no text: %v", err)
	}
}
