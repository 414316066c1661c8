package connector

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/connector/retry"
	"github.com/linkstep/linkstep/plugin"
)

// LinkedIn's codes for a refused token, in serviceErrorCode.
// Captured replies, 2026-11-24.
const (
	codeRevokedToken = 65601 // also said of a token that LinkedIn does not know yet
	codeEmptyToken   = 65604
)

// refusal sorts what LinkedIn answered instead of what was asked for. Status
// and code decide: LinkedIn changes its texts without notice.
func (s *situation) refusal(r *restli.ErrorResponse) *plugin.Error {
	e := s.byStatus(r)
	e.HTTPStatus = r.Status
	e.VendorCode = r.Code
	if e.VendorCode == "" && r.ServiceErrorCode != 0 {
		e.VendorCode = strconv.Itoa(r.ServiceErrorCode)
	}
	e.RequestID = r.UUID
	if e.RequestID == "" {
		e.RequestID = r.RequestID
	}
	e.Detail = r.Error()
	for _, h := range [][2]string{{"x-li-request-id", r.RequestID}, {"x-li-fabric", r.Fabric}} {
		if h[1] != "" {
			e.Detail += " " + h[0] + "=" + h[1]
		}
	}
	if e.Source == "" {
		e.Source = plugin.SourceUpstream
	}
	return e
}

func (s *situation) byStatus(r *restli.ErrorResponse) *plugin.Error {
	ours := r.Shape.IsError() || r.Shape == restli.ShapeEmpty || r.Shape == ""
	switch {
	case r.Status == 429:
		return s.throttled(r)
	case r.Status == 426:
		return s.versionRetired()
	case r.Status == 999:
		return websiteAnswered()
	case r.Status >= 500:
		return s.broken(r)
	case r.Status < 400 || !ours:
		return notTheAPI(r.Status)
	}
	switch r.Status {
	case 401:
		return s.unauthorized(r)
	case 403:
		return s.forbidden(r)
	case 404, 410:
		return s.notFound()
	case 408:
		return &plugin.Error{Kind: plugin.Timeout, Retryable: true,
			Message: "LinkedIn gave up waiting for the request", Hint: "Try again."}
	case 409, 412, 422:
		return s.conflicting(r)
	case 413:
		return &plugin.Error{Kind: plugin.TooLarge, Effect: plugin.EffectNone,
			Message: "the request is too large for LinkedIn", Hint: "Send less at once."}
	case 405, 411, 414, 415, 431:
		e := defect("")
		e.Effect = plugin.EffectNone
		return e
	}
	return s.malformed(r)
}

// unauthorized is a refused token.
func (s *situation) unauthorized(r *restli.ErrorResponse) *plugin.Error {
	switch {
	case r.ServiceErrorCode == codeEmptyToken, r.ServiceErrorCode == 401, r.Code == "EMPTY_ACCESS_TOKEN":
		e := defect("")
		e.Effect = plugin.EffectNone
		return e
	case r.ServiceErrorCode == codeRevokedToken && s.now.Before(s.freshUntil):
		return &plugin.Error{Kind: plugin.Unavailable, Retryable: true, RetryAt: s.here(s.freshUntil), Effect: plugin.EffectNone,
			Message: "LinkedIn does not know the new access token yet", Hint: "Try again in a few seconds."}
	case r.ServiceErrorCode == codeRevokedToken:
		return s.loginAgain("the member has revoked the access of this application at LinkedIn")
	}
	return s.loginAgain("LinkedIn does not accept the access token any more")
}

// forbidden is something that the application or the token may not do.
func (s *situation) forbidden(r *restli.ErrorResponse) *plugin.Error {
	fields := r.Code == "NO_PERMISSION_ON_FIELD" || strings.Contains(r.Message, "Unpermitted fields")
	if fields && s.target != targetLogin {
		return &plugin.Error{Kind: plugin.Forbidden, Pointer: "/fields", Effect: plugin.EffectNone,
			Message: "LinkedIn does not give one of the fields that were asked for to this application",
			Hint:    "Ask for fewer fields. headline, vanity_name and profile_url need the scope r_basicprofile."}
	}
	e := s.noAccess()
	e.Effect = plugin.EffectNone
	return e
}

// noAccess says what to ask LinkedIn for.
func (s *situation) noAccess() *plugin.Error {
	e := &plugin.Error{Kind: plugin.Forbidden, DocsURL: "https://learn.microsoft.com/linkedin/shared/authentication/getting-access"}
	switch s.target {
	case targetProfile:
		e.Message = "the scopes of this login do not give access to the profile"
		e.Hint = fmt.Sprintf("The profile needs the scopes openid and profile (product %q), or r_basicprofile (product %q). Add them to the setting scopes, then log in again: %s",
			productSignIn, productCommunity, s.connectCommand())
	case targetPerson, targetPeople:
		e.Message = "this application may not read the profiles of other members"
		e.Hint = "LinkedIn gives this to approved partners only. Ask your LinkedIn contact for " + productPeople + " (GET /v2/people)."
	case targetSearch:
		e.Message = "this application may not search for people"
		e.Hint = "LinkedIn documents no open people search. Ask your LinkedIn contact for " + productSearch +
			", and set search.path and search.finder as they tell you; or set search.strategy to typeahead (scope " + scopeFollowers +
			", product \"" + productCommunity + "\") or to connections (scope " + scopeConnections + ")."
	case targetTypeahead:
		e.Message = "this login may not search the followers of the page"
		e.Hint = fmt.Sprintf("The typeahead needs the scope %s (product %q), and an account that administers the page in search.organization. Add the scope to the setting scopes, then log in again: %s",
			scopeFollowers, productCommunity, s.connectCommand())
	case targetConnections:
		e.Message = "this login may not list the connections of the account"
		e.Hint = fmt.Sprintf("Connections need the scope %s, which LinkedIn gives to approved partners. Ask your LinkedIn contact for %s, add the scope to the setting scopes, then log in again: %s",
			scopeConnections, productNetwork, s.connectCommand())
	case targetCount:
		e.Message = "this login may not count the connections of the account"
		e.Hint = fmt.Sprintf("The count needs the scope %s (product %q). Add it to the setting scopes, then log in again: %s",
			scopeSize, productCommunity, s.connectCommand())
	default:
		e.Message = "LinkedIn does not allow this to the application"
		e.Hint = "Check the products of the application in the LinkedIn developer portal."
	}
	return e
}

// notFound is a 404, which LinkedIn also answers where access is missing.
func (s *situation) notFound() *plugin.Error {
	if s.target == targetPerson {
		return noSuchPerson()
	}
	e := s.noAccess()
	e.Effect = plugin.EffectNone
	return e
}

func noSuchPerson() *plugin.Error {
	return &plugin.Error{Kind: plugin.NotFound, Source: plugin.SourceUpstream, Pointer: "/person", Effect: plugin.EffectNone,
		Message: "LinkedIn knows no such person",
		Hint:    "Person ids differ from application to application: use one that a step of this connection gave, not one from elsewhere."}
}

func privatePerson() *plugin.Error {
	return &plugin.Error{Kind: plugin.NotFound, Source: plugin.SourceUpstream, Pointer: "/person", Effect: plugin.EffectNone,
		Message: "this person hides the profile from applications",
		Hint:    "The member has switched off visibility outside LinkedIn. Skip this person; asking again will not help."}
}

// conflicting is a state that does not allow the change.
func (s *situation) conflicting(r *restli.ErrorResponse) *plugin.Error {
	if r.Status == 422 && r.Code != "DUPLICATE_POST" {
		return s.malformed(r)
	}
	e := &plugin.Error{Kind: plugin.Conflict, Effect: plugin.EffectNone,
		Message: "someone else changed the same thing at the same time", Hint: "Read it again, then repeat the step."}
	switch r.Status {
	case 412:
		e.Message = "the thing is not in the state that the change needs"
	case 422:
		e.Message = "LinkedIn has this content already"
		e.Hint = "It was posted before, maybe by this very step. Change the text, or wait ten minutes."
	}
	return e
}

// malformed is a request that LinkedIn understood and does not take.
func (s *situation) malformed(r *restli.ErrorResponse) *plugin.Error {
	e := &plugin.Error{Kind: plugin.InvalidInput, Source: plugin.SourceUser, Effect: plugin.EffectNone,
		Message: "LinkedIn does not accept a value of this step",
		Hint:    "Compare the values with the descriptions of the fields. The detail has LinkedIn's own words."}
	switch r.Code {
	case "VERSION_MISSING", "ILLEGAL_ARGUMENT":
		e = defect("")
		e.Effect = plugin.EffectNone
	case "QUERY_PARAM_NOT_ALLOWED":
		e.Kind, e.Pointer = plugin.InvalidConfig, "/search/params"
		e.Message = "the search does not know one of the parameters that it was sent"
		e.Hint = "Set the names in search.params to those of your search, or to nothing where it has no such filter."
		if s.target != targetSearch {
			e = defect("")
			e.Effect = plugin.EffectNone
		}
	case "MEDIA_ASSET_WAITING_UPLOAD":
		return &plugin.Error{Kind: plugin.Unavailable, Retryable: true, Effect: plugin.EffectNone,
			Message: "LinkedIn is still working on the uploaded file", Hint: "Try again in a minute."}
	case "MEDIA_ASSET_PROCESSING_FAILED", "EXPIRED_UPLOAD_URL":
		return &plugin.Error{Kind: plugin.Conflict, Effect: plugin.EffectNone,
			Message: "the uploaded file cannot be used", Hint: "Upload it again."}
	}
	return e
}

// versionRetired is a version of the API that LinkedIn no longer serves.
func (s *situation) versionRetired() *plugin.Error {
	return &plugin.Error{Kind: plugin.VersionRetired, Source: plugin.SourceUpstream, Pointer: "/api_version", Effect: plugin.EffectNone,
		Message: fmt.Sprintf("LinkedIn does not serve version %s of its API", s.version),
		Hint:    "Set a version that LinkedIn serves, from the list in its documentation: " + s.connectCommand() + " --set api_version=YYYYMM",
		DocsURL: "https://learn.microsoft.com/linkedin/marketing/versioning"}
}

// throttled is a 429. One that speaks of a day lasts until midnight UTC.
func (s *situation) throttled(r *restli.ErrorResponse) *plugin.Error {
	if !strings.Contains(r.Message, " DAY ") {
		return &plugin.Error{Kind: plugin.RateLimited, Retryable: true, RetryAt: s.here(s.now.Add(time.Minute)), Effect: plugin.EffectNone,
			Message: "LinkedIn asks to slow down", Hint: "Try again in a minute, and run fewer steps at once."}
	}
	midnight := s.now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	e := &plugin.Error{Kind: plugin.QuotaExhausted, Retryable: true, RetryAt: s.here(midnight), Effect: plugin.EffectNone,
		Message: "LinkedIn's daily limit for this application is used up",
		Hint:    "Run again after midnight UTC. The developer portal shows the limits of your application under Analytics."}
	if strings.Contains(r.Message, "MEMBER") {
		e.Message = "LinkedIn's daily limit for this account is used up"
		e.Hint = "Run again after midnight UTC, or use another connection for other accounts."
	}
	return e
}

// broken is a failure inside LinkedIn.
func (s *situation) broken(r *restli.ErrorResponse) *plugin.Error {
	if r.Status == 501 {
		return &plugin.Error{Kind: plugin.BadUpstream, Effect: plugin.EffectNone,
			Message: "LinkedIn does not offer this any more", Hint: "Look for a newer version of the connector."}
	}
	e := &plugin.Error{Kind: plugin.Unavailable, Retryable: true,
		Message: "LinkedIn has a problem of its own",
		Hint:    "Try again later. LinkedIn's own state is shown at https://www.linkedin-apistatus.com."}
	if r.Status == 504 {
		e.Kind, e.Message = plugin.Timeout, "LinkedIn did not answer itself in time"
	}
	return e
}

// notTheAPI is an answer that LinkedIn's API does not give: a redirect, or a
// page of a proxy.
func notTheAPI(status int) *plugin.Error {
	return &plugin.Error{Kind: plugin.BadUpstream,
		Message: fmt.Sprintf("something other than LinkedIn's API answered with status %d", status),
		Hint:    "Check the setting api_url, and whether a proxy stands between here and LinkedIn."}
}

// websiteAnswered is status 999, which LinkedIn's website gives to robots.
func websiteAnswered() *plugin.Error {
	return &plugin.Error{Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Pointer: "/api_url", Effect: plugin.EffectNone,
		Message: "LinkedIn's website answered instead of its API",
		Hint:    "Set api_url to https://" + apiHost + ". The website must not be called by programs."}
}

// unlessWritten says that nothing happened if nothing was written.
func unlessWritten(err error) plugin.Effect {
	var failed *retry.Error
	if errors.As(err, &failed) && !failed.Written {
		return plugin.EffectNone
	}
	return plugin.EffectUnknown
}

// isNetwork reports whether err came from the network.
func isNetwork(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
