package conform

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// junitSuites is a report in the form that build servers read.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit XML: a suite for each group; a case
// that could not run is skipped.
func (r *Report) WriteJUnit(w io.Writer) error {
	doc := junitSuites{Name: r.title(), Failures: r.Count(Failed), Skipped: r.Count(NotRun)}
	var took time.Duration
	for _, g := range r.Groups {
		took += g.took()
		doc.Tests += len(g.Cases)
		suite := junitSuite{Name: g.Name, Tests: len(g.Cases), Failures: g.count(Failed), Skipped: g.count(NotRun), Time: seconds(g.took())}
		for _, c := range g.Cases {
			suite.Cases = append(suite.Cases, junitOf(&c, "conform."+g.Name))
		}
		doc.Suites = append(doc.Suites, suite)
	}
	doc.Time = seconds(took)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitOf(c *Case, class string) junitCase {
	out := junitCase{Name: c.Name, Class: class, Time: seconds(c.Took)}
	switch c.Status {
	case Failed:
		out.Failure = &junitMessage{Message: c.Why, Text: c.Advice}
	case NotRun:
		out.Skipped = &junitMessage{Message: c.Why}
	}
	return out
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
