package connector

import (
	"context"
	"crypto/tls"
	"errors"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/connector/retry"
	"github.com/linkstep/linkstep/plugin"
)

// target is what was asked for: the same reply means different things.
type target int

const (
	targetProfile     target = iota // the account's own profile
	targetPerson                    // one member by id
	targetPeople                    // many members by id
	targetSearch                    // a search
	targetTypeahead                 // a search among the followers of a page
	targetConnections               // the account's own connections
	targetCount                     // how many those are
	targetLogin                     // the login, at the token endpoint
)

// situation is what the meaning of an error depends on besides the error.
type situation struct {
	target     target
	connection string        // its name, for hints
	action     string        // its name; empty outside actions
	write      bool          // the call changes something, and a second one would again
	granted    []string      // scopes; nil: not known
	version    string        // of the versioned API, as asked for
	now        time.Time     // by the API's clock
	ahead      time.Duration // of this machine's clock is the API's
	freshUntil time.Time     // until then LinkedIn may not know the token yet; zero: it must
	ended      error         // why the caller's context has ended; nil: it has not
}

// classify turns every failure into the error that the contract knows: replies
// of LinkedIn, failures on the way to it, and what the packages below report.
// It is the one place that knows what they mean to a person.
func classify(err error, s *situation) *plugin.Error {
	var known *plugin.Error
	if err == nil || errors.As(err, &known) {
		return known
	}
	if s.ended != nil && errors.Is(err, s.ended) {
		return s.effects(plugin.AsError(s.ended), err)
	}
	e := s.sort(err)
	if e == nil {
		e = plugin.AsError(err)
	}
	return s.effects(e, err)
}

// sort finds the function that knows the error; nil: nobody does.
func (s *situation) sort(err error) *plugin.Error {
	var (
		wait        *retry.WaitError
		reply       *restli.ErrorResponse
		shape       *restli.ShapeError
		call        *restli.CallError
		exhausted   *quota.ExhaustedError
		reauthorize *oauth.ReauthorizeError
		denied      *oauth.DeniedError
		token       *oauth.Error
		identity    *oauth.IDTokenError
		stored      *oauth.StoreError
	)
	switch {
	case errors.Is(err, cache.ErrClosed), errors.Is(err, oauth.ErrClosed):
		return closedError()
	case errors.As(err, &wait):
		return s.postponed(wait)
	case errors.As(err, &reply):
		return s.refusal(reply)
	case errors.As(err, &shape):
		return badShape(shape.Error())
	case errors.Is(err, errTooLarge):
		return badShape(errTooLarge.Error())
	case errors.As(err, &call):
		return defect(call.Error())
	case errors.As(err, &exhausted):
		return s.exhausted(exhausted)
	case errors.As(err, &reauthorize):
		return s.loginEnded(reauthorize)
	case errors.Is(err, oauth.ErrState):
		return wrongState()
	case errors.As(err, &denied):
		return s.loginDenied(denied)
	case errors.As(err, &token):
		return s.tokenRefused(token)
	case errors.As(err, &identity):
		return badIdentity(identity.Error())
	case errors.As(err, &stored):
		return storeFailed(stored)
	}
	return s.transport(err)
}

// effects completes an error with its cause, and with what is known to have
// happened upstream: a read has no effect, a write that may have arrived is
// not to be repeated.
func (s *situation) effects(e *plugin.Error, err error) *plugin.Error {
	out := *e
	if out.Err == nil {
		out.Err = err
	}
	if !s.write {
		out.Effect = plugin.EffectNone
		return &out
	}
	if out.Effect == "" {
		out.Effect = plugin.EffectUnknown
	}
	if out.Effect != plugin.EffectNone {
		out.Retryable = false
	}
	return &out
}

// here is a moment of the API's clock by the clock of this machine, which those
// go by who come back then.
func (s *situation) here(at time.Time) *time.Time {
	at = at.Add(-s.ahead)
	return &at
}

// transport sorts the failures on the way to LinkedIn.
func (s *situation) transport(err error) *plugin.Error {
	var (
		late    *timeoutError
		host    *hostError
		signed  *oauth.HostError
		failed  *retry.Error
		badCert *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &host), errors.As(err, &signed):
		return defect(err.Error())
	case errors.As(err, &late), errors.Is(err, context.DeadlineExceeded):
		return &plugin.Error{
			Kind: plugin.Timeout, Source: plugin.SourceUpstream, Retryable: true, Detail: err.Error(), Effect: unlessWritten(err),
			Message: "LinkedIn did not answer in time", Hint: "Try again, or allow more time with the setting timeout_seconds.",
		}
	case errors.Is(err, context.Canceled):
		return plugin.AsError(context.Canceled)
	case errors.As(err, &badCert):
		return &plugin.Error{
			Kind: plugin.Unavailable, Source: plugin.SourceUpstream, Detail: err.Error(), Effect: plugin.EffectNone,
			Message: "the certificate of LinkedIn's host is not trusted",
			Hint:    "Check the clock of this machine and whether a proxy opens TLS connections; its authority may be named with SSL_CERT_FILE.",
		}
	case errors.As(err, &failed), isNetwork(err):
		return &plugin.Error{
			Kind: plugin.Unavailable, Source: plugin.SourceUpstream, Retryable: true, Detail: err.Error(), Effect: unlessWritten(err),
			Message: "LinkedIn cannot be reached", Hint: "Check the network, then try again. LinkedIn's own state is shown at https://www.linkedin-apistatus.com.",
		}
	}
	return nil
}

// postponed is for an attempt that would come too late for the caller.
func (s *situation) postponed(w *retry.WaitError) *plugin.Error {
	var e *plugin.Error
	if w.Status != 0 {
		e = s.refusal(restli.ParseErrorResponse(w.Status, w.Header, w.Body))
	} else if e = s.transport(w.Err); e == nil {
		e = &plugin.Error{Kind: plugin.Unavailable, Source: plugin.SourceUpstream, Message: "LinkedIn cannot be reached"}
	}
	if w.Reason == retry.Resting {
		e.Message = "LinkedIn has not answered for a while and is left alone; nothing was sent"
		e.Hint = "Run again when retry_at has come. LinkedIn's own state is shown at https://www.linkedin-apistatus.com."
	}
	at := w.RetryAt
	e.RetryAt, e.Retryable = &at, true
	if !w.Written {
		e.Effect = plugin.EffectNone
	}
	return e
}

// exhausted is for a call that was not sent, because a limit is reached.
func (s *situation) exhausted(x *quota.ExhaustedError) *plugin.Error {
	e := &plugin.Error{
		Kind: plugin.QuotaExhausted, Source: plugin.SourceConnector, Retryable: true, RetryAt: s.here(x.Resets), Effect: plugin.EffectNone,
		Message: usedUpWords(x.Scope, x.Endpoint) + "; nothing was sent",
		Hint:    "Run again after midnight UTC.", Detail: x.Error(),
	}
	switch {
	case x.Reserved:
		e.Message = "what is left of " + callsWords(x.Scope, x.Endpoint) + " is kept for people; nothing was sent"
		e.Hint = "Run again after midnight UTC, or without background priority, or lower the setting reserve_percent."
	case x.Source == quota.Configured:
		e.Hint = "Run again after midnight UTC, or raise the limit in the setting limits."
	}
	return e
}

// usedUpWords say that a budget is used up.
func usedUpWords(scope quota.Scope, endpoint string) string {
	return callsWords(scope, endpoint) + " are used up"
}

// callsWords are the calls of a budget.
func callsWords(scope quota.Scope, endpoint string) string {
	whose := "application"
	if scope == quota.Member {
		whose = "account"
	}
	return "today's calls of this " + whose + " to " + endpointWords(endpoint)
}

// badShape is for a reply with status 200 that is not what was asked for.
func badShape(detail string) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.BadUpstream, Source: plugin.SourceUpstream, Detail: detail,
		Message: "LinkedIn's answer is not what its documentation says",
		Hint:    "Check that api_url leads to LinkedIn's API and that no proxy answers in its place. If so, report this with the detail.",
	}
}

// defect is for what only a mistake of ours can cause.
func defect(detail string) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.Internal, Source: plugin.SourceConnector, Detail: detail,
		Message: "the connector made a request that LinkedIn cannot take",
		Hint:    "This is a defect. Report it with the detail.",
	}
}

// storeFailed is for a token that could not be read or kept.
func storeFailed(err *oauth.StoreError) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Detail: err.Error(), Effect: plugin.EffectNone,
		Message: "the login of this connection cannot be read or kept",
		Hint:    "Check the host's store, then try again. If the stored login is damaged, connect the account again.",
	}
}
