package conform

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteText writes the report for a person: a line for each case, below it why
// and what to change, and the numbers last. Of a connector that could not be
// loaded it tells only that: no other case was run.
func (r *Report) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, r.title())
	unloaded := r.Connector == "" && r.Failed()
	var took time.Duration
	for _, g := range r.Groups {
		took += g.took()
		if unloaded && g.count(Failed) == 0 {
			continue
		}
		fmt.Fprintf(out, "\n%s\n", g.Name)
		before := ""
		for _, c := range g.Cases {
			if unloaded && c.Status == NotRun {
				continue
			}
			c.writeText(out, before)
			before = c.Why
		}
	}
	fmt.Fprintf(out, "\n%s\n", summary(r.Count, took))
	return out.Flush()
}

// String says in one line how the cases of the group ended.
func (g *Group) String() string { return g.Name + ": " + summary(g.count, g.took()) }

// summary is the numbers of some cases.
func summary(count func(Status) int, took time.Duration) string {
	return fmt.Sprintf("%d passed, %d failed, %d not run in %s", count(Passed), count(Failed), count(NotRun), took.Round(10*time.Millisecond))
}

// title names the connector and how it was reached.
func (r *Report) title() string {
	name := "a connector that could not be loaded"
	if r.Connector != "" {
		name = strings.TrimSpace(r.Connector + " " + r.Version)
	}
	if r.Path != "" {
		return fmt.Sprintf("%s (%s %s)", name, r.Reached, r.Path)
	}
	return fmt.Sprintf("%s (%s)", name, r.Reached)
}

// mark is how a status stands at the beginning of a line. What failed must be
// found by eye in a long list.
func (s Status) mark() string {
	if s == Failed {
		return "FAILED"
	}
	return string(s)
}

// writeText writes a case. A reason that is the one before it as well is not
// said again: without settings, most cases have the same.
func (c *Case) writeText(w io.Writer, before string) {
	const indent = "           "
	if c.Status == NotRun && c.Why == before {
		fmt.Fprintf(w, "  %-8s %s (as above)\n", c.Status.mark(), c.Name)
		return
	}
	fmt.Fprintf(w, "  %-8s %s\n", c.Status.mark(), c.Name)
	if c.Why != "" {
		fmt.Fprintf(w, "%s%s\n", indent, strings.ReplaceAll(c.Why, "\n", "\n"+indent))
	}
	if c.Advice != "" {
		fmt.Fprintf(w, "%sadvice: %s\n", indent, c.Advice)
	}
}
