package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// demoPerson is what the demonstration shows of a person.
type demoPerson struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Headline string `json:"headline"`
}

func (d *demo) ownProfile(ctx context.Context) error {
	res, err := d.invokeStep(ctx, "Who am I?", "get_profile", `{}`, plugin.Unknown)
	if err != nil {
		return err
	}
	d.say("%s", res.Output)
	return nil
}

func (d *demo) search(ctx context.Context) error {
	res, err := d.invokeStep(ctx, "Search, three pages in one step", "search_people", `{"keywords":"software engineer","max_items":60}`, plugin.Unknown)
	if err != nil {
		return err
	}
	var found struct {
		People []demoPerson `json:"people"`
		Total  int          `json:"total"`
	}
	if err := json.Unmarshal(res.Output, &found); err != nil {
		return err
	}
	if len(found.People) != 60 {
		return fmt.Errorf("the search gave %d people, not 60", len(found.People))
	}
	d.say("%d of %d people in %d calls; the first: %s", len(found.People), found.Total, res.Meta.UpstreamCalls, found.People[0].Name)
	d.found = found.People
	return nil
}

// people chains: ids from the search go into get_person and get_people.
func (d *demo) people(ctx context.Context) error {
	input := fmt.Sprintf(`{"person":"%s"}`, d.found[0].ID)
	for _, title := range []string{"A person from the search", "The same again, from memory"} {
		res, err := d.invokeStep(ctx, title, "get_person", input, plugin.Unknown)
		if err != nil {
			return err
		}
		d.say("%s; calls: %d", res.Output, res.Meta.UpstreamCalls)
	}
	var ids []string
	for _, p := range d.found[1:21] {
		ids = append(ids, p.ID)
	}
	list, err := json.Marshal(map[string]any{"people": ids, "max_age_seconds": 0}) // the search has told of them, too
	if err != nil {
		return err
	}
	res, err := d.plugin.Invoke(ctx, d.conn, &plugin.InvokeRequest{Action: "get_people", Input: list}, nil)
	if err != nil {
		return err
	}
	d.step("Twenty more, fresh, in one request", demoStep{Action: linkedin + ".get_people", Result: res})
	d.say("linkstep invoke linkedin.get_people with %d ids", len(ids))
	d.say("calls: %d", res.Meta.UpstreamCalls)
	d.retries += res.Meta.Retries
	return nil
}

func (d *demo) expiredToken(ctx context.Context) error {
	d.sandbox.ExpireAccessTokens()
	res, err := d.invokeStep(ctx, "The access token has expired", "get_profile", `{"max_age_seconds":0}`, plugin.Unknown)
	if err != nil {
		return err
	}
	d.say("refreshed, saved, and answered: the step did not notice; calls: %d", res.Meta.UpstreamCalls)
	return nil
}

func (d *demo) badInput(ctx context.Context) error {
	before := len(d.sandbox.Requests())
	if _, err := d.invokeStep(ctx, "An input that cannot be right", "search_people", `{"keyword":"engineer","page_size":26}`, plugin.InvalidInput); err != nil {
		return err
	}
	for _, v := range d.steps[len(d.steps)-1].Error.Violations {
		d.say("  at %s: %s", v.Pointer, v.Message)
	}
	d.say("calls sent: %d", len(d.sandbox.Requests())-before)
	return nil
}

func (d *demo) quotaUsedUp(ctx context.Context) error {
	if err := d.sandbox.SetLimit("people", 0, 1); err != nil {
		return err
	}
	title := "LinkedIn's daily quota is used up"
	for i, id := range []string{d.found[30].ID, d.found[31].ID} {
		before := len(d.sandbox.Requests())
		if _, err := d.invokeStep(ctx, title, "get_person", fmt.Sprintf(`{"person":"%s","max_age_seconds":0}`, id), plugin.QuotaExhausted); err != nil {
			return err
		}
		if at := d.steps[len(d.steps)-1].Error.RetryAt; at != nil {
			d.say("retry at %s by this machine's clock, soon after the sandbox's midnight", at.UTC().Format(time.RFC3339))
		}
		if i == 1 {
			d.say("calls sent: %d", len(d.sandbox.Requests())-before)
		}
		title = "Asked once more, it is refused without a call"
	}
	return nil
}

func (d *demo) killedPlugin(ctx context.Context) error {
	old := d.plugin.PID()
	if err := d.kill(); err != nil {
		return err
	}
	if _, err := d.invokeStep(ctx, "The plugin process is killed", "get_profile", `{}`, plugin.Unknown); err != nil {
		return err
	}
	d.say("process %d is gone, %d has answered; the connection came back with it", old, d.plugin.PID())
	return nil
}

// heading prints a line above the steps that follow.
func (d *demo) heading(text string) {
	if !d.json {
		fmt.Fprintf(d.out, "\n%s\n%s\n", text, strings.Repeat("-", len(text)))
	}
}

// step begins a step.
func (d *demo) step(title string, s demoStep) {
	s.Step, s.Title = len(d.steps)+1, title
	d.steps = append(d.steps, s)
	if !d.json {
		fmt.Fprintf(d.out, "\n%2d  %s\n", s.Step, title)
	}
}

// sayMax is the most characters of a line that are shown; the JSON document
// has all of it.
const sayMax = 150

// say adds a line to the step that was begun last.
func (d *demo) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	s := &d.steps[len(d.steps)-1]
	s.Says = append(s.Says, line)
	if d.json {
		return
	}
	if r := []rune(line); len(r) > sayMax {
		line = string(r[:sayMax]) + "..."
	}
	fmt.Fprintf(d.out, "    %s\n", line)
}

// demoReceipt sums the demonstration up.
type demoReceipt struct {
	UpstreamCalls int                  `json:"upstream_calls"` // requests that the sandbox received, OAuth included
	FromCache     int                  `json:"served_from_cache"`
	Retries       int                  `json:"retries"`
	TookMS        int64                `json:"took_ms"`
	Quota         []plugin.UsageBucket `json:"quota"`
}

// finish prints the receipt, or the whole as one document.
func (d *demo) finish(ctx context.Context) error {
	usage, err := d.plugin.Usage(ctx, d.conn)
	if err != nil {
		return err
	}
	r := demoReceipt{
		UpstreamCalls: len(d.sandbox.Requests()), FromCache: d.cached, Retries: d.retries,
		TookMS: time.Since(d.started).Milliseconds(), Quota: orEmpty(usage.Buckets),
	}
	if d.json {
		return d.writeJSON(map[string]any{"output": map[string]any{"steps": d.steps, "receipt": r}})
	}
	d.heading("Receipt")
	fmt.Fprintf(d.out, "calls made upstream  %d\n", r.UpstreamCalls)
	fmt.Fprintf(d.out, "served from cache    %d\n", r.FromCache)
	fmt.Fprintf(d.out, "retries              %d\n", r.Retries)
	fmt.Fprintf(d.out, "time                 %.1f s\n\n", float64(r.TookMS)/1000)
	return d.printQuota(&quotaView{Connection: d.conn.Name, Buckets: r.Quota})
}
