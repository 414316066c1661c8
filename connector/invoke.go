package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/plugin"
)

// Invoke implements [plugin.Connector].
func (c *Connector) Invoke(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	ctx, running, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer running.end()
	act, err := c.action(req.Action)
	if err != nil {
		return nil, err
	}
	conn, err := c.known(req.Connection)
	if err != nil {
		return nil, err
	}
	s, done, err := conn.use()
	if err != nil {
		return nil, err
	}
	defer done()

	m := &meter{emit: emit, stop: running.stop}
	if req.Priority == plugin.Background {
		m.priority = quota.Background
	}
	ctx = context.WithValue(ctx, meterKey{}, m)
	output, err := act.run(ctx, s, req.Input)
	var doc json.RawMessage
	if err == nil {
		doc, err = encode(output)
	}
	s.tellEnds(m)
	budgets := s.budgets(act.spec.Name, m, err)
	meta, subjects := m.finish()
	meta.Quota = budgets
	if err != nil {
		e := *ending(ctx, classify(err, &situation{action: act.spec.Name, connection: conn.name, now: conn.clock.now(), ahead: conn.clock.ahead(), ended: ctx.Err()}))
		e.Meta = &meta // of a copy: who joined the same request has the same error, at another cost
		return nil, &e
	}
	return &plugin.Result{Output: doc, Meta: meta, Subjects: subjects}, nil
}

// resetSpread is over how long those come back who wait for a limit to reset,
// so that the first second of the day does not get them all.
const resetSpread = 5 * time.Minute

// ending explains a cancellation that is not the caller's own, and tells each
// step another moment after midnight.
func ending(ctx context.Context, e *plugin.Error) *plugin.Error {
	if e.Kind == plugin.QuotaExhausted && e.RetryAt != nil {
		out, at := *e, e.RetryAt.Add(rand.N(resetSpread))
		out.RetryAt = &at
		return &out
	}
	if e.Kind != plugin.Canceled {
		return e
	}
	cause := context.Cause(ctx)
	out := *e
	switch {
	case errors.Is(cause, errClosed):
		out.Source, out.Err, out.Message = plugin.SourceHost, cause, "the connector was closed before the step was done"
	case errors.Is(cause, errEmit):
		out.Err, out.Message = cause, "nobody takes the events of the step any more"
	}
	return &out
}

// action returns an action by name.
func (c *Connector) action(name string) (*action, error) {
	i := slices.IndexFunc(c.actions, func(a action) bool { return a.spec.Name == name })
	if i >= 0 {
		return &c.actions[i], nil
	}
	var names []string
	for _, a := range c.actions {
		names = append(names, a.spec.Name)
	}
	return nil, &plugin.Error{
		Kind: plugin.UnknownName, Source: plugin.SourceUser, Effect: plugin.EffectNone,
		Message: fmt.Sprintf("linkedin has no action %q", name), Hint: "It has " + strings.Join(names, ", ") + ".",
	}
}

// encode is json.Marshal without the escapes that HTML needs: a name such as
// "Hart & Sons" is read in a terminal, too.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
