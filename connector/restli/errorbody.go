package restli

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// ReadErrorResponse reads the body of a reply that is not a success, at most 64 KiB of it, and returns what it says. It never
// fails: a body that cannot be read or understood is told by Shape, Truncated and ReadErr. Closing the body stays with the
// caller.
func ReadErrorResponse(resp *http.Response) *ErrorResponse {
	body, readErr := readCapped(resp)
	e := ParseErrorResponse(resp.StatusCode, resp.Header, body)
	if readErr != nil {
		e.ReadErr, e.Truncated = readErr, true
	}
	return e
}

// readCapped reads one byte more than the cap, so that the parser can tell a long body from one that just fits. A gzip body is
// one that the client asked for by itself; net/http undoes its own.
func readCapped(resp *http.Response) ([]byte, error) {
	if resp.Body == nil {
		return nil, nil
	}
	var r io.Reader = resp.Body
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") && !resp.Uncompressed {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		r = z
	}
	return io.ReadAll(io.LimitReader(r, maxErrorBody+1))
}

// ParseErrorResponse is [ReadErrorResponse] for a body that was read already. Nil headers are allowed. When status is zero the
// one in the body counts.
func ParseErrorResponse(status int, header http.Header, body []byte) *ErrorResponse {
	e := &ErrorResponse{}
	if len(body) > maxErrorBody {
		body, e.Truncated = body[:maxErrorBody], true
	}
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	switch {
	case len(body) == 0:
		e.Shape = ShapeEmpty
	case body[0] == '{':
		e.parse(body, strings.EqualFold(header.Get("X-RestLi-Error-Response"), "true"))
	case body[0] == '<', strings.HasPrefix(header.Get("Content-Type"), "text/html"):
		e.Shape = ShapeHTML
	case json.Valid(body):
		e.Shape = ShapeJSON
	case body[0] == '[', body[0] == '"':
		e.Shape, e.Truncated = ShapeBroken, true
	default:
		e.Shape = ShapeText
	}
	if status != 0 {
		e.Status = status
	}
	e.setHeaders(header)
	return e
}

// errorOf reads an error inside a reply: of a batch key, a failed decoration, a criterion.
func errorOf(raw json.RawMessage) *ErrorResponse {
	return ParseErrorResponse(0, nil, raw)
}

// parse reads a JSON object member by member, so that those before a cut are kept. A body that its header marks as an error
// needs no more than a message.
func (e *ErrorResponse) parse(body []byte, marked bool) {
	members, whole := membersBeforeCut(body)
	e.Truncated = e.Truncated || !whole
	status, hasStatus := looseInt(members["status"])
	e.Status = status
	serviceErrorCode, hasServiceErrorCode := looseInt(members["serviceErrorCode"])
	code, hasCode := looseText(members["code"])
	message, hasMessage := looseText(members["message"])
	errorCode, hasErrorCode := looseInt(members["errorCode"])
	switch {
	case present(members["errorDetails"]) || present(members["errorDetailType"]):
		e.Shape = ShapeDetailed
	case hasErrorCode && hasMessage && !hasCode && !hasServiceErrorCode:
		e.Shape, serviceErrorCode = ShapeV1, errorCode
	case hasCode && (hasMessage || hasStatus):
		e.Shape = ShapeGateway
	case hasServiceErrorCode, hasMessage && (hasStatus || marked):
		e.Shape = ShapeClassic
	case !whole:
		e.Shape = ShapeBroken
		return
	default:
		e.Shape = ShapeJSON
		return
	}
	e.ServiceErrorCode, e.Code, e.Message = serviceErrorCode, code, message
	e.DocURL, _ = looseText(members["docUrl"])
	e.RequestID, _ = looseText(members["requestId"])
	e.Inputs = inputErrors(members["errorDetails"])
}

// membersBeforeCut returns the members of an object up to where it ends or breaks, and whether it is whole.
func membersBeforeCut(body []byte) (map[string]json.RawMessage, bool) {
	members := map[string]json.RawMessage{}
	d := json.NewDecoder(bytes.NewReader(body))
	if _, err := d.Token(); err != nil {
		return members, false
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return members, false
		}
		key, ok := name.(string)
		if !ok {
			return members, false
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return members, false
		}
		members[key] = raw
	}
	if _, err := d.Token(); err != nil {
		return members, false
	}
	_, err := d.Token()
	return members, err == io.EOF
}

// inputErrors reads errorDetails, whose inner layout is not documented well: what does not fit is left out.
func inputErrors(raw json.RawMessage) []InputError {
	type entry struct {
		Input struct {
			InputPath struct {
				FieldPath string `json:"fieldPath"`
			} `json:"inputPath"`
		} `json:"input"`
		Code        string `json:"code"`
		Description string `json:"description"`
	}
	var details struct {
		InputErrors            []json.RawMessage `json:"inputErrors"`
		ConditionalInputErrors []json.RawMessage `json:"conditionalInputErrors"`
	}
	if err := json.Unmarshal(raw, &details); err != nil {
		return nil
	}
	var inputs []InputError
	for _, raw := range append(details.InputErrors, details.ConditionalInputErrors...) {
		var in entry
		if err := json.Unmarshal(raw, &in); err == nil {
			inputs = append(inputs, InputError{Path: in.Input.InputPath.FieldPath, Code: in.Code, Description: in.Description})
		}
	}
	return inputs
}

// looseInt reads a number that may come as a text.
func looseInt(raw json.RawMessage) (int, bool) {
	text, ok := looseText(raw)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// looseText reads a text that may come as a number. Null, objects, lists and booleans are none.
func looseText(raw json.RawMessage) (string, bool) {
	if !present(raw) {
		return "", false
	}
	var text string
	if err := json.Unmarshal(raw, &text); err == nil {
		return text, true
	}
	var number json.Number
	if err := json.Unmarshal(raw, &number); err == nil {
		return number.String(), true
	}
	return "", false
}
