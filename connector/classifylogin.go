package connector

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// connectCommand is what a person types to log in again.
func (s *situation) connectCommand() string {
	if s.connection == "" {
		return "linkstep connect linkedin"
	}
	return "linkstep connect linkedin --name " + s.connection
}

// loginAgain says that only a person can help.
func (s *situation) loginAgain(why string) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.Reauthorize, Source: plugin.SourceUpstream, Effect: plugin.EffectNone,
		Message: why, Hint: "Log in again: " + s.connectCommand(),
	}
}

// grantDead is all that a refused refresh token tells. Interrupted means that
// its successor was given and lost, where each works only once.
func grantDead(at time.Time) string {
	return "LinkedIn refused to renew the login" + onDate(at) + ": it was revoked, has expired, or its last renewal was interrupted"
}

// loginEnded is for a token that is gone and cannot be renewed.
func (s *situation) loginEnded(r *oauth.ReauthorizeError) *plugin.Error {
	why := "the login has ended"
	switch r.Reason {
	case oauth.ReasonNoToken:
		e := s.loginAgain("nobody has logged in to this connection yet")
		e.Source, e.Hint, e.Detail = plugin.SourceUser, "Log in: "+s.connectCommand(), r.Error()
		return e
	case oauth.ReasonExpired:
		why = "the login has expired, and there is no refresh token to renew it with"
	case oauth.ReasonRefused:
		why = "LinkedIn does not accept the access token any more"
	case oauth.ReasonRefreshExpired:
		why = "the login has reached the end of its year"
	case oauth.ReasonRevoked:
		why = "LinkedIn refused the access token" + onDate(r.At) + ": the access of this application was revoked"
	case oauth.ReasonGrantDead:
		why = grantDead(r.At)
	}
	e := s.loginAgain(why)
	e.Detail = r.Error()
	var refused *oauth.Error
	if errors.As(r.Err, &refused) {
		e.HTTPStatus, e.VendorCode, e.RequestID = refused.Status, refused.Code, refused.RequestID
	}
	return e
}

// onDate is when something was, where that is known.
func onDate(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return " on " + at.UTC().Format(time.DateOnly)
}

// ofMembers reports whether something belongs to a member, so that an
// application by itself has none.
func ofMembers(on target) bool {
	return on == targetProfile || on == targetConnections || on == targetCount
}

// noMember is for what only a member has, where the application acts for
// itself.
func (s *session) noMember() *plugin.Error {
	return &plugin.Error{
		Kind: plugin.Forbidden, Source: plugin.SourceConnector, Effect: plugin.EffectNone,
		Message: "this connection acts for the application itself, which has no profile and no connections",
		Hint:    "Use a connection that a member has logged in to.",
	}
}

// badIdentity is for a login whose identity cannot be believed. It is not the
// member's fault, nor a passing trouble: something answers in LinkedIn's place,
// or the settings are another application's.
func badIdentity(detail string) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.BadUpstream, Source: plugin.SourceUpstream, Effect: plugin.EffectNone, Detail: detail,
		Message: "LinkedIn's word on who has logged in does not hold, so the login is not used",
		Hint:    "Check client_id and auth_url, the clock of this machine, and that no proxy answers in LinkedIn's place. Then start the login again.",
	}
}

// loginDenied is for a login that the member or LinkedIn has refused.
func (s *situation) loginDenied(d *oauth.DeniedError) *plugin.Error {
	e := &plugin.Error{Kind: plugin.Forbidden, Source: plugin.SourceUpstream, VendorCode: d.Code, Detail: d.Error(), Effect: plugin.EffectNone}
	switch {
	case d.Cancelled():
		e.Kind, e.Source = plugin.Canceled, plugin.SourceUser
		e.Message = "the login was cancelled at LinkedIn"
		if d.Code == "user_cancelled_authorize" {
			e.Message = "the member did not allow the access that the application asks for"
		}
		e.Hint = "Log in again when you are ready: " + s.connectCommand()
	case d.Code == "unauthorized_scope_error":
		e.Source, e.Pointer = plugin.SourceUser, "/scopes"
		e.Message = "the application may not ask for one of its scopes"
		if d.Description != "" {
			e.Message += ": " + d.Description
		}
		e.Hint = "Remove the scope from the setting scopes, or add the product that grants it to the application in the LinkedIn developer portal."
	case d.Code == "invalid_scope_error":
		e.Kind, e.Source, e.Pointer = plugin.InvalidConfig, plugin.SourceUser, "/scopes"
		e.Message = "LinkedIn does not know one of the scopes"
		if d.Description != "" {
			e.Message += ": " + d.Description
		}
		e.Hint = "Correct the setting scopes."
	default:
		e.Message = "LinkedIn refused the login"
		if d.Description != "" {
			e.Message += ": " + d.Description
		}
		e.Hint = "Check the application in the LinkedIn developer portal, then log in again: " + s.connectCommand()
	}
	return e
}

// wrongState is for an answer to another login, or a forged one.
func wrongState() *plugin.Error {
	return &plugin.Error{
		Kind: plugin.InvalidInput, Source: plugin.SourceUser, Pointer: plugin.AnswerPointer, Effect: plugin.EffectNone, Err: oauth.ErrState,
		Message: "the answer does not belong to this login: its state differs",
		Hint:    "Use the newest address only, or start again.",
	}
}

// tokenRefused is for what the token endpoint answers. Its codes are few and
// its texts many; only where a code means two things the text decides.
func (s *situation) tokenRefused(t *oauth.Error) *plugin.Error {
	e := &plugin.Error{
		Source: plugin.SourceUpstream, HTTPStatus: t.Status, VendorCode: t.Code, RequestID: t.RequestID,
		Detail: t.Error(), Effect: plugin.EffectNone,
	}
	if !t.RetryAt.IsZero() {
		e.RetryAt = s.here(t.RetryAt)
	}
	switch {
	case t.Temporary():
		s.tokenUnreachable(e, t)
	case t.DeadGrant():
		e.Kind, e.Message = plugin.Reauthorize, grantDead(time.Time{})
		e.Hint = "Log in again: " + s.connectCommand()
	case t.Code == "invalid_client" || t.Status == 401 && t.Code != "access_denied" && t.Code != "invalid_request":
		e.Kind, e.Source, e.Pointer = plugin.InvalidConfig, plugin.SourceUser, "/client_secret"
		e.Message = "LinkedIn does not accept the client secret"
		e.Hint = "Copy client_id and client_secret anew from the Auth tab of the application in the LinkedIn developer portal."
	case t.Code == "invalid_client_id":
		e.Kind, e.Source, e.Pointer = plugin.InvalidConfig, plugin.SourceUser, "/client_id"
		e.Message = "LinkedIn does not know the client id"
		e.Hint = "Copy client_id from the Auth tab of the application in the LinkedIn developer portal."
	case t.Code == "access_denied":
		e.Kind, e.Message = plugin.Forbidden, "LinkedIn does not give tokens of its own to this application"
		e.Hint = "Log in as a member instead, or ask LinkedIn to switch on the client credentials flow for the application."
	case t.Op == "exchange" && !missingParameter(t):
		e.Kind, e.Message = plugin.Reauthorize, "LinkedIn does not accept the code of this login"
		e.Hint = fmt.Sprintf("A code works once, for 30 minutes, with the redirect_url that is registered. Start the login again: %s", s.connectCommand())
	default:
		e.Kind, e.Source = plugin.Internal, plugin.SourceConnector
		e.Message, e.Hint = "the connector asked for a token in a way that LinkedIn does not take", "This is a defect. Report it with the detail."
	}
	return e
}

// tokenUnreachable is for a token endpoint that may answer later.
func (s *situation) tokenUnreachable(e *plugin.Error, t *oauth.Error) {
	e.Kind, e.Retryable = plugin.Unavailable, true
	e.Message, e.Hint = "LinkedIn's login service does not answer", "Try again in a minute."
	if t.Status == 429 {
		e.Kind, e.Message = plugin.RateLimited, "LinkedIn's login service asks to slow down"
	}
	if t.Op == "exchange" { // the code may be spent
		e.Retryable, e.RetryAt = false, nil
		e.Hint = "Start the login again: a code works only once. " + s.connectCommand()
	}
}

// missingParameter tells a request that lacks something from a code that is no
// longer good; LinkedIn answers both with invalid_request.
func missingParameter(t *oauth.Error) bool {
	return t.Code == "invalid_request" && strings.Contains(t.Description, "required parameter")
}
