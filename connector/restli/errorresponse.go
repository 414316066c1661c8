package restli

import (
	"fmt"
	"net/http"
	"strings"
)

// maxErrorBody is how much of an error body is read: 64 KiB. What is told beyond it is a stack trace.
const maxErrorBody = 64 << 10

// Shape says which of LinkedIn's error bodies a body is, or why it is none.
type Shape string

// The shapes. The first four are error bodies.
const (
	ShapeClassic  Shape = "classic"  // message, serviceErrorCode, status: older paths
	ShapeGateway  Shape = "gateway"  // the same with code: most of /v2 and /rest today
	ShapeDetailed Shape = "detailed" // the same with errorDetails: advertising
	ShapeV1       Shape = "v1"       // errorCode, message, requestId, status, timestamp: the dead first API

	ShapeEmpty  Shape = "empty"  // nothing, or white space
	ShapeHTML   Shape = "html"   // HTML or XML, from a proxy or a load balancer
	ShapeJSON   Shape = "json"   // JSON that is no error body
	ShapeBroken Shape = "broken" // begins like JSON and does not go on so
	ShapeText   Shape = "text"   // anything else
)

// IsError reports whether the body was one of LinkedIn's error bodies.
func (s Shape) IsError() bool {
	return s == ShapeClassic || s == ShapeGateway || s == ShapeDetailed || s == ShapeV1
}

// ErrorResponse is what LinkedIn said when it refused a call, in whatever shape. Fields that the reply does not have are zero.
// It does not say what to do.
type ErrorResponse struct {
	Status           int          // HTTP status; for a part of a reply, such as one key of a batch, the status in the JSON
	ServiceErrorCode int          // serviceErrorCode, or errorCode of the v1 shape
	Code             string       // such as ACCESS_DENIED
	Message          string       // LinkedIn's own words; they change without notice
	DocURL           string       // docUrl: LinkedIn's page about the error
	Inputs           []InputError // fields complained about, in the detailed shape

	Shape     Shape // what the body was
	Truncated bool  // the body ends early, breaks, or is longer than 64 KiB; what came before the cut is kept
	ReadErr   error // what cut the body short while it was read; nil when nothing did

	UUID      string // x-li-uuid
	RequestID string // x-li-request-id, or requestId in the body
	Fabric    string // x-li-fabric, such as prod-ltx1
}

// InputError is one field that the detailed shape complains about.
type InputError struct {
	Path        string // path of the field in the request
	Code        string // such as MISSING_FIELD
	Description string // LinkedIn's own words
}

// Error is one line: status, codes and the beginning of the message.
func (e *ErrorResponse) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "LinkedIn answered %d", e.Status)
	if e.Code != "" {
		text.WriteString(" " + e.Code)
	}
	if e.ServiceErrorCode != 0 {
		fmt.Fprintf(&text, " (serviceErrorCode %d)", e.ServiceErrorCode)
	}
	switch {
	case e.Message != "":
		text.WriteString(": " + shorten(e.Message))
	case !e.Shape.IsError() && e.Shape != "":
		fmt.Fprintf(&text, " with a body that is %s", e.Shape)
	}
	return text.String()
}

// Unwrap returns what cut the body short, so that a cancelled context is still recognised.
func (e *ErrorResponse) Unwrap() error { return e.ReadErr }

// shorten keeps error texts to a line: 200 characters, control characters as spaces.
func shorten(message string) string {
	const limit = 200
	message = strings.Join(strings.Fields(strings.ToValidUTF8(message, "?")), " ")
	if runes := []rune(message); len(runes) > limit {
		return string(runes[:limit]) + ".."
	}
	return message
}

// setHeaders keeps what LinkedIn asks for when a failure is reported to it.
func (e *ErrorResponse) setHeaders(h http.Header) {
	e.UUID, e.Fabric = h.Get("X-Li-Uuid"), h.Get("X-Li-Fabric")
	if id := h.Get("X-Li-Request-Id"); id != "" {
		e.RequestID = id
	}
}
