package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// The states of a connection, the worst last.
const (
	stateOK          = "ok"
	stateQuotaLow    = "quota_low"
	stateEndsSoon    = "ends_soon"
	stateNeedsPerson = "needs_person"
	stateError       = "error" // its plugin cannot say
)

// endsSoonDays is how long before the end of a login a person is asked for.
const endsSoonDays = 10

// outlookView is a connection with its outlook, in the output of linkstep
// connections and linkstep check --all. Monitors read it: fields may be added.
type outlookView struct {
	Name        string               `json:"name"`
	Connector   string               `json:"connector"`
	Account     plugin.Account       `json:"account"`
	Dev         bool                 `json:"dev"`
	CreatedAt   time.Time            `json:"created_at"`
	State       string               `json:"state"`
	NeedsPerson bool                 `json:"needs_person"`
	Check       *checkView           `json:"check,omitempty"`
	Usage       []plugin.UsageBucket `json:"usage,omitzero"`
	Error       *plugin.Error        `json:"error,omitempty"` // why there is no check
}

// outlookDocument is the one JSON document of several connections.
func outlookDocument(views []outlookView) map[string]any {
	return map[string]any{"output": map[string]any{"connections": views}}
}

// outlooks asks the plugins about connections. One that cannot say has an error
// and does not hide the others.
func (a *app) outlooks(ctx context.Context, h *host.Host, conns []*host.Connection, deep bool) ([]outlookView, error) {
	plugins := &loader{app: a, host: h}
	views := []outlookView{}
	for _, conn := range conns {
		var check *plugin.CheckResponse
		var usage *plugin.UsageResponse
		p, err := plugins.load(ctx, conn.Connector)
		if err == nil {
			check, err = p.Check(ctx, conn, &plugin.CheckRequest{Deep: deep})
		}
		if err == nil {
			usage, err = usageOf(ctx, p, conn)
		}
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		views = append(views, newOutlook(conn, check, usage, err))
	}
	return views, nil
}

// newOutlook sums up what is known of a connection.
func newOutlook(conn *host.Connection, check *plugin.CheckResponse, usage *plugin.UsageResponse, err error) outlookView {
	v := outlookView{
		Name: conn.Name, Connector: conn.Connector, Account: conn.Account, Dev: conn.Dev, CreatedAt: conn.CreatedAt,
		State: stateError, NeedsPerson: true, Error: plugin.AsError(err),
	}
	if err != nil {
		return v
	}
	v.Check, v.Usage = &checkView{check}, usage.Buckets
	v.NeedsPerson = v.Check.needsPerson()
	switch {
	case v.NeedsPerson:
		v.State = stateNeedsPerson
	case v.Check.endsSoon():
		v.State = stateEndsSoon
	case len(lowQuotas(v.Usage)) > 0:
		v.State = stateQuotaLow
	default:
		v.State = stateOK
	}
	return v
}

// scopesPointer is where warnings of missing scopes point to, which are summed
// up instead.
const scopesPointer = "/scopes"

// remarks says in a line what a person should know.
func (v *outlookView) remarks() string {
	if v.Error != nil {
		return v.Error.Message
	}
	var words []string
	for _, d := range v.Check.Diagnostics {
		if d.Severity == plugin.Failure || d.Severity == plugin.Warning && d.Pointer != scopesPointer {
			words = append(words, d.Message)
		}
	}
	if why := v.Check.Token.WhyNot; why != "" && len(words) == 0 {
		words = append(words, why)
	}
	if missing := v.Check.ScopesMissing; len(missing) > 0 {
		words = append(words, "scopes missing: "+strings.Join(missing, " "))
	}
	for _, b := range lowQuotas(v.Usage) {
		of := "an unknown number of"
		if b.Limit != nil {
			of = fmt.Sprint(*b.Limit)
		}
		words = append(words, fmt.Sprintf("%d of %s calls used: %s for the %s", b.Used, of, b.Endpoint, b.Scope))
	}
	return strings.Join(words, "; ")
}

// lowQuotas are the budgets of which three quarters are used, where the
// connector too begins to warn, and those that refuse calls.
func lowQuotas(buckets []plugin.UsageBucket) []plugin.UsageBucket {
	var low []plugin.UsageBucket
	for _, b := range buckets {
		if b.Refusing || b.Limit != nil && b.Used >= *b.Limit-*b.Limit/4 {
			low = append(low, b)
		}
	}
	return low
}

// loader loads each connector once.
type loader struct {
	app    *app
	host   *host.Host
	loaded map[string]loaded
}

type loaded struct {
	plugin *host.Plugin
	err    error
}

func (l *loader) load(ctx context.Context, name string) (*host.Plugin, error) {
	got, ok := l.loaded[name]
	if !ok {
		got.plugin, got.err = l.app.load(ctx, l.host, name)
		if l.loaded == nil {
			l.loaded = make(map[string]loaded)
		}
		l.loaded[name] = got
	}
	return got.plugin, got.err
}
