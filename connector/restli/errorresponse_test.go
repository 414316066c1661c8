package restli_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/linkstep/linkstep/connector/restli"
)

func TestParseErrorResponse(t *testing.T) {
	type e = restli.ErrorResponse
	tests := []struct {
		name   string
		status int
		body   string
		want   restli.ErrorResponse
		why    string
	}{
		// 7.2
		{"invalid token", 401, `{"status":401,"serviceErrorCode":65600,"code":"INVALID_ACCESS_TOKEN","message":"Invalid access token"}`,
			e{ServiceErrorCode: 65600, Code: "INVALID_ACCESS_TOKEN", Message: "Invalid access token", Shape: restli.ShapeGateway}, "7.2"},
		{"revoked token", 401, `{"status":401,"serviceErrorCode":65601,"code":"REVOKED_ACCESS_TOKEN","message":"The token used in the request has been revoked by the user"}`,
			e{ServiceErrorCode: 65601, Code: "REVOKED_ACCESS_TOKEN", Message: "The token used in the request has been revoked by the user", Shape: restli.ShapeGateway}, "7.2"},
		{"expired token", 401, `{"status":401,"serviceErrorCode":65602,"code":"EXPIRED_ACCESS_TOKEN","message":"The token used in the request has expired"}`,
			e{ServiceErrorCode: 65602, Code: "EXPIRED_ACCESS_TOKEN", Message: "The token used in the request has expired", Shape: restli.ShapeGateway}, "7.2"},
		{"empty token", 401, `{"serviceErrorCode":65604,"message":"Empty oauth2 access token","status":401}`,
			e{ServiceErrorCode: 65604, Message: "Empty oauth2 access token", Shape: restli.ShapeClassic}, "7.2: no code in the capture"},
		{"empty token in the docs", 401, `{"message":"Empty oauth2_access_token","serviceErrorCode":401,"status":401}`,
			e{ServiceErrorCode: 401, Message: "Empty oauth2_access_token", Shape: restli.ShapeClassic}, "7.2: shape A of the docs"},
		{"scope missing", 403, `{"status":403,"serviceErrorCode":100,"code":"ACCESS_DENIED","message":"Not enough permissions to access: me.GET.NO_VERSION"}`,
			e{ServiceErrorCode: 100, Code: "ACCESS_DENIED", Message: "Not enough permissions to access: me.GET.NO_VERSION", Shape: restli.ShapeGateway}, "4.1"},
		{"scope missing, older", 403, `{"serviceErrorCode":100,"message":"Not enough permissions to access: GET /me","status":403}`,
			e{ServiceErrorCode: 100, Message: "Not enough permissions to access: GET /me", Shape: restli.ShapeClassic}, "4.1: accept both"},
		{"unpermitted field", 403, `{"message":"Unpermitted fields present in REQUEST_BODY: Data Processing Exception while processing fields [/content]","code":"ACCESS_DENIED","status":403}`,
			e{Code: "ACCESS_DENIED", Message: "Unpermitted fields present in REQUEST_BODY: Data Processing Exception while processing fields [/content]", Shape: restli.ShapeGateway}, "7.2: serviceErrorCode may be missing"},
		{"no code at all", 403, `{"status":403,"message":"Accessing the UGC resource is forbidden. Please check your permissions for this resource"}`,
			e{Message: "Accessing the UGC resource is forbidden. Please check your permissions for this resource", Shape: restli.ShapeClassic}, "7.2"},
		// 3.2, 7.3
		{"version missing", 400, `{"status":400,"code":"VERSION_MISSING","message":"A version must be present. Please specify a version by adding the Linkedin-Version header."}`,
			e{Code: "VERSION_MISSING", Message: "A version must be present. Please specify a version by adding the Linkedin-Version header.", Shape: restli.ShapeGateway}, "3.2"},
		{"version retired", 426, `{"status":426,"code":"NONEXISTENT_VERSION","message":"Requested version 20250401 is not active"}`,
			e{Code: "NONEXISTENT_VERSION", Message: "Requested version 20250401 is not active", Shape: restli.ShapeGateway}, "3.2, 11.1"},
		{"path syntax", 400, `{"status":400,"code":"ILLEGAL_ARGUMENT","message":"Syntax exception in path variables"}`,
			e{Code: "ILLEGAL_ARGUMENT", Message: "Syntax exception in path variables", Shape: restli.ShapeGateway}, "2.4"},
		{"parameter invalid", 400, `{"message":"Parameter 'timeIntervals' is invalid","status":400}`,
			e{Message: "Parameter 'timeIntervals' is invalid", Shape: restli.ShapeClassic}, "2.3"},
		{"unknown route", 404, `{"status":404,"code":"RESOURCE_NOT_FOUND","message":"No virtual resource found"}`,
			e{Code: "RESOURCE_NOT_FOUND", Message: "No virtual resource found", Shape: restli.ShapeGateway}, "7.3"},
		{"duplicate", 422, `{"status":422,"code":"DUPLICATE_POST","message":"Content is a duplicate of urn:li:share:6844785523593134080"}`,
			e{Code: "DUPLICATE_POST", Message: "Content is a duplicate of urn:li:share:6844785523593134080", Shape: restli.ShapeGateway}, "7.3"},
		{"daily limit", 429, `{"status":429,"serviceErrorCode":101,"code":"TOO_MANY_REQUESTS","message":"Resource level throttle APPLICATION DAY limit for calls to this resource is reached."}`,
			e{ServiceErrorCode: 101, Code: "TOO_MANY_REQUESTS", Message: "Resource level throttle APPLICATION DAY limit for calls to this resource is reached.", Shape: restli.ShapeGateway}, "7.3"},
		{"burst", 429, `{"status":429,"message":"Comment create throttled: creation rate limit exceeded for member"}`,
			e{Message: "Comment create throttled: creation rate limit exceeded for member", Shape: restli.ShapeClassic}, "7.3"},
		{"server error", 500, `{"status":500,"code":"INTERNAL_SERVER_ERROR","message":"Internal Server Error"}`,
			e{Code: "INTERNAL_SERVER_ERROR", Message: "Internal Server Error", Shape: restli.ShapeGateway}, "7.3"},
		// 7.1
		{"detailed", 400, `{"status":400,"code":"MULTIPLE_VALIDATIONS_FAILED","message":"m","errorDetailType":"com.linkedin.common.error.BadRequest","errorDetails":{"inputErrors":[{"input":{"inputPath":{"fieldPath":"/a/b"}},"code":"MISSING_FIELD","description":"d"}],"conditionalInputErrors":[{"code":"X"}]}}`,
			e{Code: "MULTIPLE_VALIDATIONS_FAILED", Message: "m", Shape: restli.ShapeDetailed, Inputs: []restli.InputError{{Path: "/a/b", Code: "MISSING_FIELD", Description: "d"}, {Code: "X"}}}, "7.1 C"},
		{"detailed of another layout", 400, `{"status":400,"code":"X","message":"m","errorDetails":{"inputErrors":[{"input":7},{"code":"Y"}]}}`,
			e{Code: "X", Message: "m", Shape: restli.ShapeDetailed, Inputs: []restli.InputError{{Code: "Y"}}}, "7.1 C: the layout is unverified"},
		{"details that are a text", 400, `{"status":400,"code":"X","message":"m","errorDetails":"see log"}`, e{Code: "X", Message: "m", Shape: restli.ShapeDetailed}, "7.1 C: the layout is unverified"},
		{"v1", 401, `{"errorCode":0,"message":"m","requestId":"5LVAAP7YZ2","status":401,"timestamp":1392084765723}`,
			e{Message: "m", RequestID: "5LVAAP7YZ2", Shape: restli.ShapeV1}, "5.5, 7.1 E"},
		{"v1 with a code", 403, `{"errorCode":7,"message":"m","status":403}`, e{ServiceErrorCode: 7, Message: "m", Shape: restli.ShapeV1}, "7.1 E"},
		{"both numbers", 403, `{"errorCode":7,"serviceErrorCode":100,"message":"m","status":403}`, e{ServiceErrorCode: 100, Message: "m", Shape: restli.ShapeClassic}, "the newer name counts"},
		{"full schema", 500, `{"exceptionClass":"a.B","stackTrace":"x","message":"m","status":500,"docUrl":"https://example.com/doc","requestId":"r","code":"C","serviceErrorCode":9}`,
			e{ServiceErrorCode: 9, Code: "C", Message: "m", DocURL: "https://example.com/doc", RequestID: "r", Shape: restli.ShapeGateway}, "7.1: the schema of Rest.li"},
		{"status in the body differs", 500, `{"status":400,"code":"X","message":"m"}`, e{Code: "X", Message: "m", Shape: restli.ShapeGateway}, "the HTTP status counts"},
		{"numbers as texts", 403, `{"status":"403","serviceErrorCode":"100","message":"m"}`, e{ServiceErrorCode: 100, Message: "m", Shape: restli.ShapeClassic}, "tolerated"},
		{"code as a number", 403, `{"status":403,"code":7,"message":"m"}`, e{Code: "7", Message: "m", Shape: restli.ShapeGateway}, "tolerated"},
		{"nulls", 403, `{"status":403,"serviceErrorCode":null,"code":null,"message":"m"}`, e{Message: "m", Shape: restli.ShapeClassic}, "null is absent"},
		{"code without message", 403, `{"status":403,"code":"ACCESS_DENIED"}`, e{Code: "ACCESS_DENIED", Shape: restli.ShapeGateway}, "the code says it"},
		{"code only by number", 403, `{"serviceErrorCode":100}`, e{ServiceErrorCode: 100, Shape: restli.ShapeClassic}, "the number says it"},
		{"byte order mark", 400, "\ufeff" + `{"status":400,"message":"m"}`, e{Message: "m", Shape: restli.ShapeClassic}, "some proxies add one"},
		{"white space around", 400, " \r\n" + `{"status":400,"message":"m"}` + "\n", e{Message: "m", Shape: restli.ShapeClassic}, "harmless"},
		{"unknown members", 400, `{"status":400,"message":"m","new":{"a":[1]}}`, e{Message: "m", Shape: restli.ShapeClassic}, "3.4"},
		{"message of two lines", 400, `{"status":400,"message":"a\nb"}`, e{Message: "a\nb", Shape: restli.ShapeClassic}, "kept as it came"},
		// not an error body
		{"nothing", 504, ``, e{Shape: restli.ShapeEmpty}, "fixture 73"},
		{"white space", 504, " \n\t", e{Shape: restli.ShapeEmpty}, "nothing in it"},
		{"HTML", 503, "<!DOCTYPE html><html><body>Service Unavailable</body></html>", e{Shape: restli.ShapeHTML}, "fixture 72"},
		{"XML", 503, `<?xml version="1.0"?><error/>`, e{Shape: restli.ShapeHTML}, "markup"},
		{"text", 502, "upstream connect error", e{Shape: restli.ShapeText}, "a load balancer"},
		{"not UTF-8", 502, "\xff\xfe\x00", e{Shape: restli.ShapeText}, "no crash"},
		{"other JSON", 400, `{"error":"invalid_grant","error_description":"d"}`, e{Shape: restli.ShapeJSON}, "7.1 D belongs to OAuth"},
		{"empty object", 400, `{}`, e{Shape: restli.ShapeJSON}, "nothing in it"},
		{"entity", 400, `{"id":"a","localizedFirstName":"Ada"}`, e{Shape: restli.ShapeJSON}, "not an error"},
		{"message alone", 400, `{"message":"m"}`, e{Shape: restli.ShapeJSON}, "an API gateway's"},
		{"status alone", 400, `{"status":400}`, e{Shape: restli.ShapeJSON}, "says nothing"},
		{"list", 400, `[1,2]`, e{Shape: restli.ShapeJSON}, "no object"},
		{"JSON text", 400, `"no"`, e{Shape: restli.ShapeJSON}, "no object"},
		{"JSON number", 400, `404`, e{Shape: restli.ShapeJSON}, "no object"},
		{"null", 400, `null`, e{Shape: restli.ShapeJSON}, "no object"},
		{"message is an object", 400, `{"status":400,"message":{"a":1}}`, e{Shape: restli.ShapeJSON}, "no message"},
		{"status is a boolean", 400, `{"status":true,"message":"m"}`, e{Shape: restli.ShapeJSON}, "no status"},
		// cut
		{"cut after the code", 400, `{"status":400,"code":"X","mess`, e{Code: "X", Shape: restli.ShapeGateway, Truncated: true}, "what came is kept"},
		{"cut in the first name", 400, `{"sta`, e{Shape: restli.ShapeBroken, Truncated: true}, "nothing came"},
		{"only a brace", 400, `{`, e{Shape: restli.ShapeBroken, Truncated: true}, "nothing came"},
		{"cut list", 400, `[1,`, e{Shape: restli.ShapeBroken, Truncated: true}, "nothing to keep"},
		{"single quotes", 400, `{'status':400}`, e{Shape: restli.ShapeBroken, Truncated: true}, "no JSON"},
		{"goes on after its end", 400, `{"status":400,"message":"m"}x`, e{Message: "m", Shape: restli.ShapeClassic, Truncated: true}, "two replies in one"},
		{"open brackets", 400, strings.Repeat("[", 60_000), e{Shape: restli.ShapeBroken, Truncated: true}, "no stack overflow"},
		{"open braces", 400, strings.Repeat(`{"a":`, 12_000), e{Shape: restli.ShapeBroken, Truncated: true}, "no stack overflow"},
		{"64 KiB of trace", 500, `{"status":500,"message":"m","stackTrace":"` + strings.Repeat("x", 70_000) + `"}`, e{Message: "m", Shape: restli.ShapeClassic, Truncated: true}, "what came before the cap is kept"},
		{"64 KiB of text", 500, strings.Repeat("x", 70_000), e{Shape: restli.ShapeText, Truncated: true}, "too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Status = tt.status
			got := restli.ParseErrorResponse(tt.status, nil, []byte(tt.body))
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("ParseErrorResponse(%d, %.80q) (-want +got):\n%s%s", tt.status, tt.body, diff, tt.why)
			}
			if text := got.Error(); len(text) > 400 || strings.ContainsAny(text, "\n\r") {
				t.Errorf("Error() = %q, want one short line", text)
			}
			if got.Shape.IsError() != (got.Message != "" || got.Code != "" || got.ServiceErrorCode != 0) {
				t.Errorf("shape %q: IsError is %v", got.Shape, got.Shape.IsError())
			}
		})
	}
}

func TestErrorResponseHeaders(t *testing.T) {
	header := http.Header{}
	header.Set("x-li-uuid", "AAYuuid==")
	header.Set("x-li-request-id", "req-1")
	header.Set("x-li-fabric", "prod-ltx1")
	header.Set("x-restli-error-response", "TRUE")
	got := restli.ParseErrorResponse(500, header, []byte(`{"message":"m","requestId":"of the body"}`))
	want := &restli.ErrorResponse{Status: 500, Message: "m", Shape: restli.ShapeClassic, UUID: "AAYuuid==", RequestID: "req-1", Fabric: "prod-ltx1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	header = http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	if got := restli.ParseErrorResponse(503, header, []byte("Service Unavailable")); got.Shape != restli.ShapeHTML {
		t.Errorf("text of type text/html = %q", got.Shape)
	}
}

func TestErrorResponseText(t *testing.T) {
	tests := []struct {
		e    restli.ErrorResponse
		want string
	}{
		{restli.ErrorResponse{Status: 403, ServiceErrorCode: 100, Code: "ACCESS_DENIED", Message: "Not enough permissions", Shape: restli.ShapeGateway},
			"LinkedIn answered 403 ACCESS_DENIED (serviceErrorCode 100): Not enough permissions"},
		{restli.ErrorResponse{Status: 400, Message: "a\r\n b", Shape: restli.ShapeClassic}, "LinkedIn answered 400: a b"},
		{restli.ErrorResponse{Status: 403, Code: "X", Shape: restli.ShapeGateway}, "LinkedIn answered 403 X"},
		{restli.ErrorResponse{Status: 503, Shape: restli.ShapeHTML}, "LinkedIn answered 503 with a body that is html"},
		{restli.ErrorResponse{Status: 504, Shape: restli.ShapeEmpty}, "LinkedIn answered 504 with a body that is empty"},
		{restli.ErrorResponse{}, "LinkedIn answered 0"},
		{restli.ErrorResponse{Status: 400, Message: strings.Repeat("ö", 201), Shape: restli.ShapeClassic}, "LinkedIn answered 400: " + strings.Repeat("ö", 200) + ".."},
	}
	for _, tt := range tests {
		if got := tt.e.Error(); got != tt.want {
			t.Errorf("Error() = %q, want %q", got, tt.want)
		}
	}
}

// brokenBody gives some bytes and then an error.
type brokenBody struct {
	io.Reader
	err error
}

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = b.err
	}
	return n, err
}

func (b brokenBody) Close() error { return nil }

func TestReadErrorResponse(t *testing.T) {
	zipped := func(text string) string {
		var buf bytes.Buffer
		z := gzip.NewWriter(&buf)
		z.Write([]byte(text))
		z.Close()
		return buf.String()
	}
	const body = `{"status":429,"serviceErrorCode":101,"message":"m"}`
	want := restli.ErrorResponse{Status: 429, ServiceErrorCode: 101, Message: "m", Shape: restli.ShapeClassic}
	cut := want
	cut.Truncated = true
	tests := []struct {
		name     string
		body     string
		encoding string
		err      error // that the body ends with
		want     restli.ErrorResponse
		why      string
	}{
		{"plain", body, "", nil, want, "the usual case"},
		{"gzip", zipped(body), "gzip", nil, want, "the client asked for it by itself"},
		{"gzip that is none", body, "gzip", nil, restli.ErrorResponse{Status: 429, Shape: restli.ShapeEmpty, Truncated: true}, "a lying header"},
		{"gzip cut", zipped(body)[:len(zipped(body))-4], "gzip", nil, cut, "what came is kept"},
		{"gzip without header", zipped(body), "", nil, restli.ErrorResponse{Status: 429, Shape: restli.ShapeText}, "cannot be known"},
		{"reset in the middle", body[:45], "", io.ErrUnexpectedEOF, restli.ErrorResponse{Status: 429, ServiceErrorCode: 101, Shape: restli.ShapeClassic, Truncated: true}, "what came is kept"},
		{"canceled", "", "", context.Canceled, restli.ErrorResponse{Status: 429, Shape: restli.ShapeEmpty, Truncated: true}, "cancellation stays cancellation"},
		{"without end", body[:50] + strings.Repeat(" ", 1<<20) + "}", "", nil, cut, "64 KiB are read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp := &http.Response{StatusCode: 429, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(tt.body))}
			if tt.err != nil {
				resp.Body = brokenBody{strings.NewReader(tt.body), tt.err}
			}
			if tt.encoding != "" {
				resp.Header.Set("Content-Encoding", tt.encoding)
			}
			got := restli.ReadErrorResponse(resp)
			if diff := cmp.Diff(&tt.want, got, cmpopts.IgnoreFields(restli.ErrorResponse{}, "ReadErr")); diff != "" {
				t.Errorf("(-want +got):\n%s%s", diff, tt.why)
			}
			if tt.err != nil && !errors.Is(got, tt.err) {
				t.Errorf("errors.Is(%v, %v) does not hold: %s", got.ReadErr, tt.err, tt.why)
			}
		})
	}
	if got := restli.ReadErrorResponse(&http.Response{StatusCode: 500}); got.Shape != restli.ShapeEmpty {
		t.Errorf("a reply without body = %+v", got)
	}
}

// No more is read than is kept: an endless error body ends.
func TestReadErrorResponseIsBounded(t *testing.T) {
	endless := &countingReader{}
	got := restli.ReadErrorResponse(&http.Response{StatusCode: 500, Body: io.NopCloser(endless)})
	if !got.Truncated || endless.n > 128<<10 {
		t.Errorf("read %d bytes of an endless body, truncated %v", endless.n, got.Truncated)
	}
}

type countingReader struct{ n int }

func (r *countingReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	r.n += len(p)
	return len(p), nil
}
