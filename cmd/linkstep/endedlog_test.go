package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// The log says why LinkedIn has ended a login, across processes, and the wait
// for nothing before it is gone.
func TestLogOfAnEndedLogin(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.client = sandbox.SelfServeClient
	u.connect()
	u.sandbox.RevokeTokens()
	u.sandbox.Advance(time.Minute)
	for _, want := range []string{"reason=revoked", ""} { // the second finds it ended
		cmd := u.command("invoke", "linkedin.get_profile")
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != exitPerson {
			t.Errorf("exit status: %v, want %d", err, exitPerson)
		}
		if got := said.String(); !strings.Contains(got, want) || strings.Contains(got, "REDACTED") || strings.Contains(got, "trying again") ||
			strings.Count(got, "LinkedIn has ended the login") > 1 {
			t.Errorf("said %s", got)
		}
	}
}
