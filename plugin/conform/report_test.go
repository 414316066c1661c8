package conform_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin/conform"
)

func sample() *conform.Report {
	return &conform.Report{
		Connector: "notes", Version: "1.2.3", Reached: "file", Path: "./notes",
		Groups: []conform.Group{
			{Name: "describe", Cases: []conform.Case{
				{Name: "it can be loaded", Status: conform.Passed, Took: 40 * time.Millisecond},
				{Name: "each action lists its error kinds", Status: conform.Failed, Took: time.Millisecond,
					Why: "get_note lists no error kinds\nadd_note lists the kind <unknown>", Advice: "List every kind."},
			}},
			{Name: "auth", Cases: []conform.Case{
				{Name: "a connection can be logged in", Status: conform.NotRun, Why: "give settings"},
				{Name: "a check after the login tells of it", Status: conform.NotRun, Why: "give settings"},
			}},
		},
	}
}

func TestWriteText(t *testing.T) {
	const want = `notes 1.2.3 (file ./notes)

describe
  passed   it can be loaded
  FAILED   each action lists its error kinds
           get_note lists no error kinds
           add_note lists the kind <unknown>
           advice: List every kind.

auth
  not run  a connection can be logged in
           give settings
  not run  a check after the login tells of it (as above)

1 passed, 1 failed, 2 not run in 40ms
`
	var got bytes.Buffer
	if err := sample().WriteText(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// A connector that could not be loaded: why fits on a screen.
func TestWriteTextUnloaded(t *testing.T) {
	const want = `a connector that could not be loaded (file ./notes)

describe
  FAILED   it can be loaded
           there is no such file
           advice: Check the path.

0 passed, 1 failed, 2 not run in 0s
`
	report := &conform.Report{Reached: "file", Path: "./notes", Groups: []conform.Group{
		{Name: "describe", Cases: []conform.Case{
			{Name: "it can be loaded", Status: conform.Failed, Why: "there is no such file", Advice: "Check the path."},
			{Name: "it says what it is", Status: conform.NotRun, Why: "the connector could not be loaded"},
		}},
		{Name: "auth", Cases: []conform.Case{
			{Name: "a connection can be logged in", Status: conform.NotRun, Why: "the connector could not be loaded"},
		}},
	}}
	var got bytes.Buffer
	if err := report.WriteText(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func TestWriteJUnit(t *testing.T) {
	const want = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="notes 1.2.3 (file ./notes)" tests="4" failures="1" skipped="2" time="0.041">
  <testsuite name="describe" tests="2" failures="1" skipped="0" time="0.041">
    <testcase name="it can be loaded" classname="conform.describe" time="0.040"></testcase>
    <testcase name="each action lists its error kinds" classname="conform.describe" time="0.001">
      <failure message="get_note lists no error kinds&#xA;add_note lists the kind &lt;unknown&gt;">List every kind.</failure>
    </testcase>
  </testsuite>
  <testsuite name="auth" tests="2" failures="0" skipped="2" time="0.000">
    <testcase name="a connection can be logged in" classname="conform.auth" time="0.000">
      <skipped message="give settings"></skipped>
    </testcase>
    <testcase name="a check after the login tells of it" classname="conform.auth" time="0.000">
      <skipped message="give settings"></skipped>
    </testcase>
  </testsuite>
</testsuites>
`
	var got bytes.Buffer
	if err := sample().WriteJUnit(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("JUnit (-want +got):\n%s", diff)
	}
	if err := xml.Unmarshal(got.Bytes(), new(any)); err != nil {
		t.Errorf("it is no XML: %v", err)
	}
}

func TestReportAsJSON(t *testing.T) {
	const want = `{"name":"it can be loaded","status":"passed","took_ms":40}`
	got, err := json.Marshal(sample().Groups[0].Cases[0])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("case (-want +got):\n%s", diff)
	}
}

func TestFailed(t *testing.T) {
	r := sample()
	if !r.Failed() || r.Count(conform.NotRun) != 2 {
		t.Errorf("failed %t, %d not run; want true and 2", r.Failed(), r.Count(conform.NotRun))
	}
	r.Groups[0].Cases[1].Status = conform.Passed
	if r.Failed() {
		t.Error("a report without a failed case has failed")
	}
}
