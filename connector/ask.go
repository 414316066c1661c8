package connector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
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
	call := s.versioned(q.call)
	body, err := s.send(ctx, s.rt, &call)
	e := classify(err, s.situation(ctx, q, call.Version))
	if err != nil && e.Kind == plugin.VersionRetired && call.Version < defaultAPIVersion {
		newer := call
		newer.Version = defaultAPIVersion
		body, err = s.send(ctx, s.rt, &newer)
		if e = classify(err, s.situation(ctx, q, newer.Version)); err == nil || e.Kind != plugin.VersionRetired {
			s.fallBack(ctx, call.Version)
		}
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
	meterOf(ctx).asking(req.Header.Get("Linkedin-Version"))
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, restli.ReadErrorResponse(resp)
	}
	if media := resp.Header.Get("Content-Type"); isPage(media) {
		return nil, &restli.ShapeError{Want: "JSON", Reason: "the content type is " + media}
	}
	return io.ReadAll(resp.Body)
}

// isPage reports whether a content type is for people to look at, as the pages
// of proxies are. A JSON document with no type or a careless one is read: that
// it is the right document is seen when it is decoded.
func isPage(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "text/html" || media == "application/xhtml+xml" || strings.HasPrefix(media, "image/"))
}

// situation describes the circumstances of a question that was asked in a
// version of the API; empty: in that of the settings.
func (s *session) situation(ctx context.Context, q *question, version string) *situation {
	if version == "" {
		version = s.conn.settings.APIVersion
	}
	sit := &situation{
		target: q.target, action: q.action, connection: s.conn.name,
		version: version, now: s.conn.clock.now(), ahead: s.conn.clock.ahead(), ended: ctx.Err(),
	}
	if tok := s.tokens.last.Load(); tok != nil {
		sit.know(tok)
	}
	return sit
}

// know takes in the token that was asked with.
func (s *situation) know(tok *oauth.Token) {
	s.granted = tok.Scopes
	if !tok.IssuedAt.IsZero() {
		s.freshUntil = tok.IssuedAt.Add(freshToken)
	}
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
	t, ok, err := s.conn.access.last(ctx, s.trialOf(q.action), now)
	if err != nil || !ok || t.OK {
		return err
	}
	e := s.situation(ctx, q, "").noAccess()
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
	s.note(ctx, s.trialOf(q.action), t)
}

// note remembers what came of a trial.
func (s *session) note(ctx context.Context, name string, t trial) {
	t.At = s.conn.clock.now()
	if err := s.conn.access.note(ctx, name, t); err != nil && !errors.Is(err, context.Canceled) {
		s.conn.owner.log.WarnContext(ctx, "what LinkedIn allows is not remembered", "action", name, "error", err)
	}
}
