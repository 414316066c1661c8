package connector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// question is a read, and what classify needs to know of it.
type question struct {
	action string // its name; empty outside actions
	target target
	call   restli.Call
}

// ask sends a question and returns the body of the answer. Errors are those of
// classify. An application that was refused lately is not asked again.
func (s *session) ask(ctx context.Context, q *question) ([]byte, error) {
	if err := s.refusedLately(ctx, q); err != nil {
		return nil, err
	}
	body, err := s.send(ctx, s.rt, &q.call)
	e := classify(err, s.situation(ctx, q))
	if err != nil && e.Kind == plugin.VersionRetired && q.call.Version < defaultAPIVersion {
		meterOf(ctx).notice("version_retired", fmt.Sprintf("LinkedIn does not serve API version %s any more; version %s was used instead. %s",
			q.call.Version, defaultAPIVersion, e.Hint))
		newer := q.call
		newer.Version = defaultAPIVersion
		body, err = s.send(ctx, s.rt, &newer)
		e = classify(err, s.situation(ctx, q))
	}
	if err == nil {
		s.noteTrial(ctx, q, trial{OK: true})
		return body, nil
	}
	if e.Kind == plugin.Forbidden && e.Pointer == "" && q.target != targetPerson {
		s.noteTrial(ctx, q, trial{Status: e.HTTPStatus, Code: e.VendorCode})
	}
	return nil, e
}

// send sends a call and returns the body of the reply, or the refusal as an
// error.
func (s *session) send(ctx context.Context, rt http.RoundTripper, call *restli.Call) ([]byte, error) {
	ctx = withAttempts(ctx)
	req, err := restli.NewRequest(ctx, strings.TrimSuffix(s.conn.api.String(), "/"), call)
	if err != nil {
		return nil, err
	}
	meterOf(ctx).asking(quota.Endpoint(req), req.Header.Get("LinkedIn-Version"))
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, restli.ReadErrorResponse(resp)
	}
	return io.ReadAll(resp.Body)
}

// situation describes the circumstances of a question.
func (s *session) situation(ctx context.Context, q *question) *situation {
	sit := &situation{
		target: q.target, action: q.action, connection: s.conn.name,
		version: s.conn.settings.APIVersion, now: s.conn.clock.now(), ended: ctx.Err(),
	}
	if tok := s.tokens.last.Load(); tok != nil {
		sit.granted = tok.Scopes
		if !tok.IssuedAt.IsZero() {
			sit.freshUntil = tok.IssuedAt.Add(freshToken)
		}
	}
	return sit
}

// freshToken is how long LinkedIn may refuse a token that it has just made.
// github.com/decioferreira/omniauth-linkedin-oauth2/issues/17, 2026-11-24.
const freshToken = 30 * time.Second

// partnerOnly reports whether only approved applications may ask.
func (q *question) partnerOnly() bool { return q.action != "" && q.target != targetProfile }

// refusedLately answers for LinkedIn where it has refused the application
// within the last day.
func (s *session) refusedLately(ctx context.Context, q *question) error {
	if !q.partnerOnly() {
		return nil
	}
	now := s.conn.clock.now()
	t, ok, err := s.conn.access.last(ctx, q.action, now)
	if err != nil || !ok || t.OK {
		return err
	}
	e := s.situation(ctx, q).noAccess()
	e.Source, e.Effect = plugin.SourceConnector, plugin.EffectNone
	e.HTTPStatus, e.VendorCode = t.Status, t.Code
	e.Detail = fmt.Sprintf("LinkedIn refused this application on %s; nothing was sent", t.At.UTC().Format(time.RFC3339))
	e.Hint += fmt.Sprintf(" This answer is remembered for a day; once LinkedIn has given access, run: linkstep check %s --deep", s.conn.name)
	return e
}

// noteTrial remembers what came of a partner's action.
func (s *session) noteTrial(ctx context.Context, q *question, t trial) {
	if !q.partnerOnly() {
		return
	}
	t.At = s.conn.clock.now()
	if err := s.conn.access.note(ctx, q.action, t); err != nil && !errors.Is(err, context.Canceled) {
		s.conn.owner.log.WarnContext(ctx, "what LinkedIn allows is not remembered", "action", q.action, "error", err)
	}
}
