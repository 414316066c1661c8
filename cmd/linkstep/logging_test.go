package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// TestLogHoldsNobody runs actions with all that can be logged, and looks for
// the people in what they answered.
func TestLogHoldsNobody(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.connect()
	invoke := func(action, input string) (answer, log []byte) {
		var out, errs bytes.Buffer
		cmd := u.command("invoke", "linkedin."+action, "--input", input, "--json", "--log-level", "debug", "--log-format", "json")
		cmd.Stdout, cmd.Stderr = &out, &errs
		_ = cmd.Run()
		for line := range bytes.Lines(errs.Bytes()) {
			var record struct{ Level, Msg string }
			if err := json.Unmarshal(line, &record); err != nil || record.Level == "" {
				t.Errorf("%s: a line of the log is no record: %s", action, line)
			}
		}
		if !bytes.Contains(errs.Bytes(), []byte(`"msg":"the action has ended"`)) || !bytes.Contains(errs.Bytes(), []byte(`"took_ms":`)) {
			t.Errorf("%s: the log does not say how long it took, and in what unit: %s", action, errs.Bytes())
		}
		return out.Bytes(), errs.Bytes()
	}
	answer, log := invoke("search_people", `{"keywords":"engineer"}`)
	var found struct {
		Output struct {
			People []struct {
				ID       string `json:"id"`
				Name     string `json:"name"`
				Headline string `json:"headline"`
			} `json:"people"`
		} `json:"output"`
	}
	if err := json.Unmarshal(answer, &found); err != nil || len(found.Output.People) < 2 {
		t.Fatalf("the search: %v\n%s", err, answer)
	}
	first := found.Output.People[0]
	_, more := invoke("get_person", `{"person":"`+first.ID+`"}`)
	log = append(log, more...)

	// A reply that cannot be read is an error, which is no place for it either.
	for _, body := range []string{`{"elements":[{"firstName":"Zyxwcanary"`, `<p>Zyxwcanary</p>`, `{"elements":"Zyxwcanary"}`} {
		if err := u.sandbox.Fail(sandbox.Fault{Path: "/v2/search", Times: 1, Status: 200, Body: body}); err != nil {
			t.Fatal(err)
		}
		broken, more := invoke("search_people", `{"keywords":"engineer","max_age_seconds":0}`)
		if !bytes.Contains(broken, []byte(`"bad_upstream"`)) {
			t.Errorf("reply %s: %s, want bad_upstream", body, broken)
		}
		log = append(log, more...)
	}
	names := []string{"Zyxwcanary", first.ID}
	for _, p := range found.Output.People {
		names = append(names, strings.Fields(p.Name)...)
		names = append(names, p.Headline)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == "" })
	for _, name := range names {
		if bytes.Contains(log, []byte(name)) {
			t.Errorf("the log holds %q", name)
		}
	}
}

// TestFailedRefreshIsSeen wants a warning without any flag where a step works
// today and will not for long.
func TestFailedRefreshIsSeen(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.connect()
	u.sandbox.Advance(56 * 24 * time.Hour)
	if err := u.sandbox.Fail(sandbox.Fault{Path: "/oauth", Times: -1, Status: 503}); err != nil {
		t.Fatal(err)
	}
	_ = u.command("check", "me", "--deep").Run() // the clock is learned from a reply
	var errs bytes.Buffer
	cmd := u.command("invoke", "linkedin.get_profile", "--json")
	cmd.Stderr = &errs
	if out, err := cmd.Output(); err != nil {
		t.Fatalf("with a token that is still valid: %v\n%s", err, out)
	}
	if !strings.Contains(errs.String(), "level=WARN") || !strings.Contains(errs.String(), "the token was not refreshed") {
		t.Errorf("standard error: %q, want a warning", errs.String())
	}
	cmd = u.command("invoke", "linkedin.get_profile", "--json", "--log-level", "error")
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("WARN")) {
		t.Errorf("at the level error: %v\n%s", err, out)
	}
}
