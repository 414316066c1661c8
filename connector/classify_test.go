package connector

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/connector/retry"
	"github.com/linkstep/linkstep/plugin"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// noon is the time at LinkedIn in these tests.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// replyCase is one thing that LinkedIn may answer. The section is that of the reference in which it
// is recorded.
type replyCase struct {
	section string
	name    string
	target  target
	status  int
	body    string
	type_   string // content type; empty: application/json
	fresh   bool   // the token is seconds old
}

// replyCases are the rows of sections 3.2, 7.2 and 7.3, and what is no row because no API says it.
func replyCases() []replyCase {
	b := func(parts ...string) string { return "{" + strings.Join(parts, ",") + "}" }
	code := func(c string) string { return `"code":"` + c + `"` }
	msg := func(m string) string { return `"message":"` + m + `"` }
	sec := func(n int) string { return fmt.Sprintf(`"serviceErrorCode":%d`, n) }
	st := func(n int) string { return fmt.Sprintf(`"status":%d`, n) }
	day := "Resource level throttle %s DAY limit for calls to this resource is reached."
	return []replyCase{
		{"3.2", "version header missing", targetProfile, 400, b(st(400), code("VERSION_MISSING"), msg("A version must be present. Please specify a version by adding the Linkedin-Version header.")), "", false},
		{"3.2", "version not active", targetProfile, 426, b(st(426), code("NONEXISTENT_VERSION"), msg("Requested version 20250401 is not active")), "", false},

		{"7.2", "token is garbage", targetProfile, 401, b(st(401), sec(65600), code("INVALID_ACCESS_TOKEN"), msg("Invalid access token")), "", false},
		{"7.2", "token is revoked", targetProfile, 401, b(st(401), sec(65601), code("REVOKED_ACCESS_TOKEN"), msg("The token used in the request has been revoked by the user")), "", false},
		{"7.2", "token is seconds old", targetProfile, 401, b(st(401), sec(65601), code("REVOKED_ACCESS_TOKEN"), msg("The token used in the request has been revoked by the user")), "", true},
		{"7.2", "token has expired", targetProfile, 401, b(st(401), sec(65602), code("EXPIRED_ACCESS_TOKEN"), msg("The token used in the request has expired")), "", false},
		{"7.2", "token is missing, as captured", targetProfile, 401, b(st(401), sec(65604), msg("Empty oauth2 access token")), "", false},
		{"7.2", "token is missing, as in the docs", targetProfile, 401, b(sec(401), msg("Empty oauth2_access_token"), st(401)), "", false},
		{"7.2", "token is missing, as in the posts docs", targetProfile, 401, b(st(401), code("EMPTY_ACCESS_TOKEN"), msg("Empty or missing OAuth2 access token")), "", false},
		{"7.2", "another code for the token", targetProfile, 401, b(st(401), sec(65603), msg("unverified")), "", false},
		{"7.2", "unknown scheme", targetProfile, 401, b(st(401), msg("Unknown authentication scheme")), "", false},
		{"7.2", "no scope for the profile", targetProfile, 403, b(st(403), sec(100), code("ACCESS_DENIED"), msg("Not enough permissions to access: me.GET.NO_VERSION")), "", false},
		{"7.2", "no scope, as before 2023", targetProfile, 403, b(sec(100), msg("Not enough permissions to access: GET /me"), st(403)), "", false},
		{"7.2", "no access to a person", targetPerson, 403, b(st(403), sec(100), code("ACCESS_DENIED"), msg("Not enough permissions to access: people.GET.NO_VERSION")), "", false},
		{"7.2", "no access to people", targetPeople, 403, b(st(403), sec(100), code("ACCESS_DENIED"), msg("Not enough permissions to access: people.BATCH_GET.NO_VERSION")), "", false},
		{"7.2", "no access to the search", targetSearch, 403, b(st(403), sec(100), code("ACCESS_DENIED"), msg("Not enough permissions to access: search.FINDER-people.NO_VERSION")), "", false},
		{"7.2", "field is not permitted", targetProfile, 403, b(st(403), sec(100), code("ACCESS_DENIED"), msg("Unpermitted fields present in PARAMETER: Data Processing Exception while processing fields [/vanityName]")), "", false},
		{"7.2", "permissions are insufficient", targetSearch, 403, b(st(403), code("ACCESS_DENIED"), msg("Insufficient permissions to perform the requested action")), "", false},
		{"7.2", "no permission on a field", targetPerson, 403, b(st(403), code("NO_PERMISSION_ON_FIELD"), msg("No permission on headline")), "", false},
		{"7.2", "no permission on an entity", targetPerson, 403, b(st(403), code("NO_PERMISSION_ON_ENTITY"), msg("No permission")), "", false},
		{"7.2", "no permission to update", targetProfile, 403, b(st(403), code("NO_PERMISSION_TO_UPDATE"), msg("No permission")), "", false},
		{"7.2", "not the author", targetProfile, 403, b(st(403), msg("Accessing the UGC resource is forbidden. Please check your permissions for this resource")), "", false},
		{"7.2", "no access to the typeahead", targetTypeahead, 403, b(st(403), sec(100), code("ACCESS_DENIED"), msg("Not enough permissions to access: peopleTypeahead.FINDER-organizationFollowers.20260901")), "", false},
		{"7.2", "no access to connections", targetConnections, 403, b(st(403), sec(100), code("ACCESS_DENIED"), msg("Not enough permissions to access: connections.FINDER-viewer.NO_VERSION")), "", false},
		{"7.2", "no access to their number", targetCount, 403, b(st(403), sec(100), code("ACCESS_DENIED"), msg("Not enough permissions to access: connections.FINDER-viewer.NO_VERSION")), "", false},
		{"7.2", "token could not be verified", targetProfile, 500, "", "", false},

		{"7.3", "path is malformed", targetPerson, 400, b(st(400), code("ILLEGAL_ARGUMENT"), msg("Syntax exception in path variables")), "", false},
		{"7.3", "search does not know a parameter", targetSearch, 400, b(st(400), code("QUERY_PARAM_NOT_ALLOWED"), msg("Query parameter 'school' is not allowed")), "", false},
		{"7.3", "profile does not know a parameter", targetProfile, 400, b(st(400), code("QUERY_PARAM_NOT_ALLOWED"), msg("Query parameter 'x' is not allowed")), "", false},
		{"7.3", "value is invalid", targetSearch, 400, b(st(400), code("PARAM_INVALID"), msg("Parameter 'keywords' is invalid")), "", false},
		{"7.3", "value is missing", targetSearch, 400, b(st(400), code("MISSING_FIELD"), msg("keywords is required but missing")), "", false},
		{"7.3", "value cannot be set", targetProfile, 400, b(st(400), code("INVALID_VALUE_FOR_FIELD"), msg("x can't be set to y")), "", false},
		{"7.3", "key is no number", targetPeople, 400, b(st(400), msg("NumberFormatException parsing batch key 'x'")), "", false},
		{"7.3", "upload is not ready", targetProfile, 400, b(st(400), code("MEDIA_ASSET_WAITING_UPLOAD"), msg("waiting")), "", false},
		{"7.3", "upload has failed", targetProfile, 400, b(st(400), code("MEDIA_ASSET_PROCESSING_FAILED"), msg("failed")), "", false},
		{"7.3", "several values are invalid", targetProfile, 400, b(st(400), code("MULTIPLE_VALIDATIONS_FAILED"), msg("see errorDetails")), "", false},
		{"7.3", "field is invalid", targetSearch, 400, b(st(400), code("FIELD_INVALID"), msg("array type is not backed by a DataList")), "", false},
		{"7.3", "author is of the wrong kind", targetProfile, 400, b(st(400), msg("Organization permissions must be used when using organization as author")), "", false},
		{"7.3", "value is blank", targetProfile, 400, b(st(400), code("INVALID_VALUE_BLANK_FIELD"), msg("x is blank")), "", false},
		{"7.3", "value is too long", targetProfile, 400, b(st(400), code("FIELD_LENGTH_TOO_LONG"), msg("x is too long")), "", false},
		{"7.3", "URN is of the wrong kind", targetPerson, 400, b(st(400), code("INVALID_URN_TYPE"), msg("x")), "", false},
		{"7.3", "URN has no such id", targetPerson, 400, b(st(400), code("INVALID_URN_ID"), msg("x")), "", false},
		{"7.3", "image is invalid", targetProfile, 400, b(st(400), code("INVALID_IMAGE_ID"), msg("x")), "", false},
		{"7.3", "upload address has expired", targetProfile, 400, b(st(400), code("EXPIRED_UPLOAD_URL"), msg("expired")), "", false},
		{"7.3", "resource does not exist, as of old", targetPeople, 404, b(st(404), msg("Resource ugcPosts does not exist")), "", false},
		{"7.3", "followers cannot be searched", targetTypeahead, 404, b(st(404), code("RESOURCE_NOT_FOUND"), msg("No virtual resource found")), "", false},
		{"7.3", "connections cannot be listed", targetConnections, 404, b(st(404), code("RESOURCE_NOT_FOUND"), msg("No virtual resource found")), "", false},
		{"7.3", "search does not exist", targetSearch, 404, b(st(404), code("RESOURCE_NOT_FOUND"), msg("No virtual resource found")), "", false},
		{"7.3", "person does not exist", targetPerson, 404, b(st(404), code("RESOURCE_NOT_FOUND"), msg("Could not find entity")), "", false},
		{"7.3", "person does not exist, as in the docs", targetPerson, 404, b(st(404), code("NOT_FOUND"), msg("Not Found")), "", false},
		{"7.3", "profile does not exist", targetProfile, 404, b(st(404), code("RESOURCE_NOT_FOUND"), msg("No virtual resource found")), "", false},
		{"7.3", "method is not allowed", targetProfile, 405, b(st(405), code("METHOD_NOT_ALLOWED"), msg("Method Not Allowed")), "", false},
		{"7.3", "request timed out", targetProfile, 408, b(st(408), code("TIMEOUT"), msg("Request Timeout")), "", false},
		{"7.3", "write conflict", targetProfile, 409, b(st(409), code("CONFLICT"), msg("Write Conflict")), "", false},
		{"7.3", "length is missing", targetProfile, 411, "", "", false},
		{"7.3", "precondition failed", targetProfile, 412, b(st(412), code("PRECONDITION_FAILED"), msg("HTTP precondition header failed")), "", false},
		{"7.3", "body is too large", targetProfile, 413, b(st(413), code("REQUEST_ENTITY_TOO_LARGE"), msg("too large")), "", false},
		{"7.3", "address is too long", targetSearch, 414, "", "", false},
		{"7.3", "media type is wrong", targetProfile, 415, b(st(415), code("UNSUPPORTED_MEDIA_TYPE"), msg("no")), "", false},
		{"7.3", "duplicate post", targetProfile, 422, b(st(422), code("DUPLICATE_POST"), msg("Content is a duplicate of urn:li:share:6844785523593134080")), "", false},
		{"7.3", "unprocessable", targetProfile, 422, b(st(422), code("UNPROCESSABLE_ENTITY"), msg("no")), "", false},
		{"7.3", "daily limit of the application", targetProfile, 429, b(st(429), sec(101), code("TOO_MANY_REQUESTS"), msg(fmt.Sprintf(day, "APPLICATION"))), "", false},
		{"7.3", "write conflict, in other words", targetProfile, 409, b(st(409), code("CONFLICT"), msg("A write conflict occurred. Retry the request.")), "", false},
		{"7.3", "daily limit of the member", targetProfile, 429, b(st(429), sec(101), code("TOO_MANY_REQUESTS"), msg(fmt.Sprintf(day, "APPLICATION_AND_MEMBER"))), "", false},
		{"7.3", "limit without a day", targetProfile, 429, b(st(429), sec(101), code("TOO_MANY_REQUESTS"), msg("Resource level throttle limit for calls to this resource is reached.")), "", false},
		{"7.3", "burst", targetProfile, 429, b(st(429), msg("Comment create throttled: creation rate limit exceeded for member")), "", false},
		{"7.3", "internal error", targetProfile, 500, b(st(500), code("INTERNAL_SERVER_ERROR"), msg("Internal service error")), "", false},
		{"7.3", "query surfaces as a class", targetSearch, 500, b(st(500), msg("java.lang.ClassCastException: x cannot be cast to y")), "", false},
		{"7.3", "under maintenance", targetProfile, 503, b(st(503), code("UNDER_MAINTENANCE"), msg("no")), "", false},
		{"7.3", "not implemented", targetProfile, 501, b(st(501), code("NOT_IMPLEMENTED"), msg("no")), "", false},
		{"7.3", "service unavailable", targetProfile, 503, b(st(503), code("SERVICE_UNAVAILABLE"), msg("no")), "", false},
		{"7.3", "gateway timeout, empty", targetProfile, 504, "", "", false},
		{"7.3", "website answered", targetProfile, 999, "<html>denied</html>", "text/html", false},

		{"7.1", "first API's error", targetProfile, 401, `{"errorCode":0,"message":"Unknown authentication scheme","requestId":"5LVAAP7YZ2","status":401,"timestamp":1392084765723}`, "", false},
		{"edge", "HTML with 503", targetProfile, 503, "<html>maintenance</html>", "text/html", false},
		{"edge", "HTML with 404 for a person", targetPerson, 404, "<html>nginx</html>", "text/html", false},
		{"edge", "HTML with 403 for a search", targetSearch, 403, "<html>proxy</html>", "text/html", false},
		{"edge", "JSON that is a list with 403", targetSearch, 403, `[]`, "", false},
		{"edge", "JSON of another shape with 404", targetPerson, 404, `{"ok":false}`, "", false},
		{"edge", "70 KB of an error", targetSearch, 403, b(st(403), code("ACCESS_DENIED"), msg(strings.Repeat("x", 70<<10))), "", false},
		{"edge", "70 KB of HTML", targetSearch, 403, "<html>" + strings.Repeat("x", 70<<10), "text/html", false},
		{"edge", "text with 502", targetProfile, 502, "upstream connect error", "text/plain", false},
		{"edge", "broken JSON with 403", targetSearch, 403, `{"status":403,"mess`, "", false},
		{"edge", "empty 401", targetProfile, 401, "", "", false},
		{"edge", "redirect", targetProfile, 302, "", "text/html", false},
		{"edge", "not modified", targetProfile, 304, "", "", false},
		{"edge", "proxy wants a login", targetProfile, 407, "<html>proxy</html>", "text/html", false},
	}
}

// failureCase is a failure that is no reply.
type failureCase struct {
	name   string
	target target
	err    error
	ended  error
}

func failureCases() []failureCase {
	midnight := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	token := func(op string, status int, code, description string) error {
		return &oauth.Error{Op: op, Status: status, Code: code, Description: description, RequestID: "u-1"}
	}
	mismatch := "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. Or authorization code expired. Or external member binding exists"
	dead := "The provided authorization grant or refresh token is invalid, expired or revoked"
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	return []failureCase{
		{"1.4 code is not known", targetLogin, token("exchange", 400, "invalid_request", "Unable to retrieve access token: authorization code not found"), nil},
		{"1.4 code is not known, docs of 2023", targetLogin, token("exchange", 401, "invalid_request", "Unable to retrieve access token: authorization code not found"), nil},
		{"1.4 code does not match", targetLogin, token("exchange", 400, "invalid_request", mismatch), nil},
		{"1.4 code does not match, as in the docs", targetLogin, token("exchange", 400, "invalid_redirect_uri", mismatch), nil},
		{"1.4 parameter is missing", targetLogin, token("exchange", 400, "invalid_request", `A required parameter "redirect_uri" is missing`), nil},
		{"1.4 secret is wrong", targetLogin, token("exchange", 401, "invalid_client", "Client authentication failed"), nil},
		{"1.4 secret is wrong, 2-legged docs", targetLogin, token("refresh", 401, "invalid_client_id", "Client authentication failed"), nil},
		{"1.4 client id is wrong", targetLogin, token("exchange", 400, "invalid_client_id", `The passed in client_id is invalid "abcdefghijk"`), nil},
		{"1.4 no tokens for applications", targetLogin, token("client credentials", 401, "access_denied", "This application is not allowed to create application tokens"), nil},
		{"1.6 refresh token is dead", targetProfile, &oauth.ReauthorizeError{Reason: oauth.ReasonGrantDead, Err: token("refresh", 400, "invalid_request", dead)}, nil},
		{"1.6 refresh token is dead, bare", targetProfile, token("refresh", 400, "invalid_grant", "Token has been expired or revoked."), nil},
		{"1.6 refresh lacks a parameter", targetProfile, token("refresh", 400, "invalid_request", `A required parameter "refresh_token" is missing`), nil},
		{"1.6 refresh is throttled", targetProfile, &oauth.Error{Op: "refresh", Status: 429, RetryAt: noon.Add(time.Minute)}, nil},
		{"1.6 refresh fails at LinkedIn", targetProfile, token("refresh", 503, "", ""), nil},
		{"exchange gets no answer", targetLogin, &oauth.Error{Op: "exchange", Err: refused}, nil},
		{"1.2 member cancels", targetLogin, &oauth.DeniedError{Code: "user_cancelled_authorize", Description: "The user cancelled the authorization"}, nil},
		{"1.2 member cancels the sign-in", targetLogin, &oauth.DeniedError{Code: "user_cancelled_login"}, nil},
		{"1.2 scope is not the application's", targetLogin, &oauth.DeniedError{Code: "unauthorized_scope_error", Description: `Scope "r_liteprofile" is not authorized for your application`}, nil},
		{"1.2 scope is not known", targetLogin, &oauth.DeniedError{Code: "invalid_scope_error", Description: `Scope "r_nonsense" does not exist`}, nil},
		{"1.2 denied otherwise", targetLogin, &oauth.DeniedError{Code: "server_error"}, nil},
		{"1.2 state differs", targetLogin, oauth.ErrState, nil},
		{"no token", targetProfile, &oauth.ReauthorizeError{Reason: oauth.ReasonNoToken}, nil},
		{"token has expired for good", targetProfile, &oauth.ReauthorizeError{Reason: oauth.ReasonExpired, Expiry: noon}, nil},
		{"token is refused for good", targetProfile, &oauth.ReauthorizeError{Reason: oauth.ReasonRefused}, nil},
		{"refresh token has expired", targetProfile, &oauth.ReauthorizeError{Reason: oauth.ReasonRefreshExpired}, nil},
		{"token cannot be saved", targetProfile, &oauth.StoreError{Op: "save", Err: oauth.ErrConflict}, nil},
		{"store is gone", targetProfile, &oauth.StoreError{Op: "load", Err: &plugin.Error{Kind: plugin.StoreUnavailable, Message: "the store is gone"}}, nil},
		{"configured limit", targetProfile, &quota.ExhaustedError{Scope: quota.Application, Endpoint: "GET /v2/userinfo", Resets: midnight, Limit: 500, Used: 500, Source: quota.Configured}, nil},
		{"LinkedIn refused today", targetProfile, &quota.ExhaustedError{Scope: quota.Member, Endpoint: quota.AllEndpoints, Resets: midnight, Used: 100, Source: quota.Learned}, nil},
		{"too late to try again after 503", targetProfile, &retry.WaitError{RetryAt: noon.Add(8 * time.Second), Reason: retry.Unavailable, Attempts: 2, Written: true, Status: 503}, nil},
		{"too late to try again after a burst", targetProfile, &retry.WaitError{RetryAt: noon.Add(90 * time.Second), Reason: retry.RateLimited, Attempts: 1, Written: true, Status: 429, Body: []byte(`{"status":429,"message":"Comment create throttled"}`)}, nil},
		{"too late to try again after a reset", targetProfile, &retry.WaitError{RetryAt: noon.Add(time.Second), Reason: retry.NoAnswer, Attempts: 1, Err: io.ErrUnexpectedEOF}, nil},
		{"connection refused", targetProfile, &retry.Error{Attempts: 4, Err: refused}, nil},
		{"connection broke", targetProfile, &retry.Error{Attempts: 4, Written: true, Err: io.ErrUnexpectedEOF}, nil},
		{"no such host", targetProfile, &retry.Error{Attempts: 4, Err: &net.DNSError{Err: "no such host", Name: "api.linkedin.com", IsNotFound: true}}, nil},
		{"no answer in time", targetProfile, &retry.Error{Attempts: 4, Written: true, Err: &timeoutError{after: 30 * time.Second}}, nil},
		{"certificate is not trusted", targetProfile, &retry.Error{Attempts: 1, Err: &tls.CertificateVerificationError{Err: errors.New("unknown authority")}}, nil},
		{"another host", targetProfile, &hostError{url: "https://example.com"}, nil},
		{"another host, for the token", targetProfile, &oauth.HostError{URL: "https://example.com"}, nil},
		{"body of another shape", targetSearch, &restli.ShapeError{Want: "collection", Reason: "elements is missing"}, nil},
		{"body is too large", targetSearch, errTooLarge, nil},
		{"call that cannot be sent", targetSearch, &restli.CallError{Field: "Path", Reason: "does not make a URL"}, nil},
		{"canceled", targetProfile, &retry.Error{Attempts: 1, Written: true, Err: context.Canceled}, context.Canceled},
		{"deadline", targetProfile, &retry.Error{Attempts: 1, Written: true, Err: context.DeadlineExceeded}, context.DeadlineExceeded},
		{"time limit of the login service", targetProfile, &oauth.Error{Op: "refresh", Err: context.DeadlineExceeded}, nil},
		{"anything else", targetProfile, errors.New("boom"), nil},
	}
}

func TestClassifyGolden(t *testing.T) {
	var text strings.Builder
	for _, c := range replyCases() {
		header := http.Header{"X-Li-Uuid": {"AAY="}, "X-Li-Request-Id": {"r-1"}, "X-Li-Fabric": {"prod-lva1"}, "Content-Type": {"application/json"}}
		if c.type_ != "" {
			header.Set("Content-Type", c.type_)
		}
		s := &situation{target: c.target, connection: "me", version: "202504", now: noon}
		if c.fresh {
			s.freshUntil = noon.Add(20 * time.Second)
		}
		e := classify(restli.ParseErrorResponse(c.status, header, []byte(c.body)), s)
		if e.RequestID != "AAY=" && c.section != "7.1" {
			t.Errorf("%s: request id is %q", c.name, e.RequestID)
		}
		fmt.Fprintf(&text, "# %s %s (%d)\n%s\n\n", c.section, c.name, c.status, golden(t, c.name, e))
	}
	for _, c := range failureCases() {
		e := classify(c.err, &situation{target: c.target, connection: "me", version: "202504", now: noon, ended: c.ended})
		if !errors.Is(e, c.err) && e.Err != c.ended && plugin.KindOf(c.err) == plugin.Unknown {
			t.Errorf("%s: the cause is lost", c.name)
		}
		fmt.Fprintf(&text, "# %s\n%s\n\n", c.name, golden(t, c.name, e))
	}
	const file = "testdata/classify.golden"
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("errors (-want +got); -update rewrites:\n%s", diff)
	}
}

// golden writes an error for a person to read, and checks what holds for every one of classify's own.
func golden(t *testing.T, name string, e *plugin.Error) string {
	t.Helper()
	if passedOn := e.Source == ""; !passedOn {
		if e.Kind == plugin.Unknown || e.Message == "" || e.Hint == "" && e.Kind != plugin.Canceled {
			t.Errorf("%s: not classified whole: %+v", name, e)
		}
		if e.Effect != plugin.EffectNone {
			t.Errorf("%s: a read has the effect %q", name, e.Effect)
		}
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(e); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func TestClassifyWrites(t *testing.T) {
	day := &restli.ErrorResponse{Status: 429, Shape: restli.ShapeGateway, Message: "Resource level throttle APPLICATION DAY limit"}
	for _, tt := range []struct {
		name, why string
		err       error
		effect    plugin.Effect
		retryable bool
	}{
		{"broke after writing", "it may have happened, so it must not be repeated", &retry.Error{Attempts: 1, Written: true, Err: io.ErrUnexpectedEOF}, plugin.EffectUnknown, false},
		{"broke before writing", "nothing was sent, so it may be repeated", &retry.Error{Attempts: 1, Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, plugin.EffectNone, true},
		{"503", "LinkedIn may have done it before it broke", &restli.ErrorResponse{Status: 503, Shape: restli.ShapeGateway}, plugin.EffectUnknown, false},
		{"504", "nobody knows", &restli.ErrorResponse{Status: 504, Shape: restli.ShapeEmpty}, plugin.EffectUnknown, false},
		{"429", "a throttled call is not run", day, plugin.EffectNone, true},
		{"limit", "it was not sent", &quota.ExhaustedError{Resets: noon}, plugin.EffectNone, true},
		{"403", "a forbidden call is not run", &restli.ErrorResponse{Status: 403, Shape: restli.ShapeGateway}, plugin.EffectNone, false},
		{"duplicate", "the refused one is not run", &restli.ErrorResponse{Status: 422, Code: "DUPLICATE_POST", Shape: restli.ShapeGateway}, plugin.EffectNone, false},
		{"wait after 503", "the attempt before may have done it", &retry.WaitError{RetryAt: noon, Status: 503, Written: true}, plugin.EffectUnknown, false},
		{"wait, not written", "nothing was sent", &retry.WaitError{RetryAt: noon, Err: io.EOF}, plugin.EffectNone, true},
	} {
		e := classify(tt.err, &situation{write: true, now: noon})
		if e.Effect != tt.effect || e.Retryable != tt.retryable {
			t.Errorf("%s: effect %s, retryable %t; want %s, %t, as %s", tt.name, e.Effect, e.Retryable, tt.effect, tt.retryable, tt.why)
		}
	}
}

func TestClassifyKeepsWhatIsClassified(t *testing.T) {
	known := &plugin.Error{Kind: plugin.NotFound, Message: "gone"}
	if got := classify(fmt.Errorf("wrapped: %w", known), &situation{}); got != known {
		t.Errorf("classify(wrapped) = %v, want the error in it", got)
	}
	if got := classify(nil, &situation{}); got != nil {
		t.Errorf("classify(nil) = %v", got)
	}
}

func FuzzClassify(f *testing.F) {
	for _, c := range replyCases() {
		f.Add(c.status, c.body, int(c.target))
	}
	f.Fuzz(func(t *testing.T, status int, body string, on int) {
		e := classify(restli.ParseErrorResponse(status, nil, []byte(body)), &situation{target: target(on), now: noon})
		if e == nil || e.Kind == plugin.Unknown || e.Message == "" || e.Hint == "" || e.Effect != plugin.EffectNone {
			t.Errorf("status %d, body %q: %+v", status, body, e)
		}
		if e.Retryable && e.Kind == plugin.Reauthorize {
			t.Errorf("status %d, body %q: a lost login does not come back", status, body)
		}
	})
}
