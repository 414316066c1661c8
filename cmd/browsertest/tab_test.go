package browsertest

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// tab is a tab of a browser in which nobody has signed in before.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex // guards the fields below
	requests   []string   // URLs that were asked for
	kept       []string   // URLs with an answer that the browser may keep a copy of
	complaints []string   // errors and warnings that the browser shows to developers
}

// page is what a person has before them.
type page struct {
	Status int64    `json:"-"`
	CSP    string   `json:"-"`
	Path   string   `json:"path"` // with the query
	Title  string   `json:"title"`
	Lang   string   `json:"lang"`
	Heads  []string `json:"heads"` // the headings of the first rank
	Text   string   `json:"text"`
	Bare   int      `json:"bare"` // buttons and fields without a name
	HTML   string   `json:"html"`
}

// heading is the page's heading; empty when it has none or several.
func (p *page) heading() string {
	if len(p.Heads) != 1 {
		return ""
	}
	return p.Heads[0]
}

// readPage makes a page from the document.
const readPage = `({
	path: location.pathname + location.search + location.hash, title: document.title, lang: document.documentElement.lang,
	heads: [...document.querySelectorAll("h1")].map(e => e.innerText), text: document.body.innerText,
	bare: [...document.querySelectorAll("button")].filter(e => !e.innerText.trim()).length
		+ [...document.querySelectorAll("input, select")].filter(e => !e.labels.length).length,
	html: document.documentElement.outerHTML,
})`

func newTab(t *testing.T, browser context.Context) *tab {
	t.Helper()
	b := &tab{t: t}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.note))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("a new tab: %v", err)
	}
	b.ctx = ctx
	t.Cleanup(b.staysHere)
	return b
}

// note keeps what the browser tells.
func (b *tab) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
		if from := e.RedirectResponse; from != nil && header(from, "Cache-Control") != "no-store" {
			b.kept = append(b.kept, from.URL+" -> "+e.Request.URL)
		}
	case *log.EventEntryAdded:
		if e.Entry.Source != log.EntrySourceNetwork { // a status that is none of 200, which the tests check themselves
			b.complaints = append(b.complaints, e.Entry.Text)
		}
	}
}

// asked returns the URLs asked for so far.
func (b *tab) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

// staysHere checks that no page asked for anything elsewhere, that no code got
// into the cache, and that no page tried what its own policy forbids.
func (b *tab) staysHere() {
	asked := b.asked()
	if len(asked) == 0 {
		b.t.Error("the tab has asked for nothing")
	}
	for _, address := range asked {
		u, err := url.Parse(address)
		if err != nil || u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" {
			b.t.Errorf("the browser asked for %s", address)
		}
	}
	for _, redirect := range b.kept {
		b.t.Errorf("the browser may keep a copy of the redirect %s", redirect)
	}
	for _, complaint := range b.complaints {
		b.t.Errorf("the browser complains: %s", complaint)
	}
}

// open goes to an address, as the browser does that a command opens.
func (b *tab) open(address string) *page {
	b.t.Helper()
	p := b.load(chromedp.Navigate(address))
	b.usable(p)
	return p
}

// press presses a button of the page, and returns the page that it leads to.
func (b *tab) press(button string) *page {
	b.t.Helper()
	p := b.load(click(button))
	b.usable(p)
	return p
}

// leave presses a button that leads to a page of another program, and returns
// the path of that page with its query.
func (b *tab) leave(button string) string {
	b.t.Helper()
	return b.load(click(button)).Path
}

func click(button string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS("button[value=" + button + "]"))
}

// choose chooses an entry of the list of members.
func (b *tab) choose(member string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, limit)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.SetValue(chromedp.CSS("#member"), member)); err != nil {
		b.t.Fatalf("choosing member %s: %v", member, err)
	}
}

func (b *tab) load(step chromedp.Action[chromedp.Void]) *page {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, limit)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		b.t.Fatalf("a page was not loaded: %v", err)
	}
	p, err := chromedp.Run(ctx, chromedp.Evaluate[page](readPage))
	if err != nil {
		b.t.Fatalf("a page cannot be read: %v", err)
	}
	p.Status = resp.Status
	p.CSP = header(resp, "Content-Security-Policy")
	return &p
}

// header returns a header of a response.
func header(resp *network.Response, name string) string {
	for key, value := range resp.Headers {
		if text, ok := value.(string); ok && strings.EqualFold(key, name) {
			return text
		}
	}
	return ""
}

// usable checks what holds for every page that we make.
func (b *tab) usable(p *page) {
	b.t.Helper()
	if p.Title == "" || p.Lang != "en" || p.heading() == "" || p.Bare > 0 {
		b.t.Errorf("the page needs a title, a language, one heading, and a name on every button and field: %+v", p)
	}
	if !strings.Contains(p.CSP, "default-src 'none'") || !strings.Contains(p.CSP, "frame-ancestors 'none'") {
		b.t.Errorf("the page %q has the policy %q", p.Title, p.CSP)
	}
}

// answered returns what the browser brought to the redirect URL.
func (b *tab) answered(redirect string) url.Values {
	b.t.Helper()
	for _, address := range b.asked() {
		if query, found := strings.CutPrefix(address, redirect+"?"); found {
			values, err := url.ParseQuery(query)
			if err != nil {
				b.t.Fatal(err)
			}
			return values
		}
	}
	b.t.Fatalf("the browser was not sent to %s: %q", redirect, b.asked())
	return nil
}

// wantHistory checks the paths, without their queries, that the back button
// goes through, and that none of these pages has an answer in its address.
func (b *tab) wantHistory(want ...string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, limit)
	defer cancel()
	history, err := chromedp.Run(ctx, chromedp.NavigationEntries())
	if err != nil {
		b.t.Fatal(err)
	}
	var got []string
	for _, entry := range history.Entries {
		u, err := url.Parse(entry.URL)
		if err != nil {
			b.t.Fatal(err)
		}
		if u.Query().Has("code") || u.Query().Has("error") {
			b.t.Errorf("the history holds an answer: %s", entry.URL)
		}
		if u.Scheme == "http" {
			got = append(got, u.Path)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("history (-want +got):\n%s", diff)
	}
}
