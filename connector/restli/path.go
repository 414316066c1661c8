package restli

import (
	"fmt"
	"net/url"
	"strings"
)

// parseBase checks the base URL and strips slashes from its end.
func parseBase(baseURL string) (string, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", &CallError{Field: "BaseURL", Reason: "is not an absolute http or https URL"}
	}
	if u.User != nil || strings.ContainsAny(baseURL, "?#") {
		return "", &CallError{Field: "BaseURL", Reason: "must not have a user, query or fragment"}
	}
	return strings.TrimRight(baseURL, "/"), nil
}

// callPath returns path and key, checked: no dot segments that a proxy would resolve, nothing that ends the path early.
func callPath(c *Call, s shape) (string, error) {
	path := c.Path
	if c.Key != nil {
		if s.key == never {
			return "", &CallError{Field: "Key", Reason: "is not taken by " + string(c.Method)}
		}
		path += "/" + Encode(c.Key)
	}
	if !strings.HasPrefix(path, "/") || len(path) < 2 {
		return "", &CallError{Field: "Path", Reason: "must begin with a slash and name a resource"}
	}
	for segment := range strings.SplitSeq(path[1:], "/") {
		plain, bad := unescape(segment, false)
		switch {
		case bad >= 0 || !isPathText(segment):
			return "", &CallError{Field: "Path", Reason: "has a character that must be escaped"}
		case plain == "" || plain == "." || plain == "..":
			return "", &CallError{Field: "Path", Reason: "has an empty or dot segment"}
		case len(segment) > maxSegment:
			return "", &CallError{Field: "Path", Reason: fmt.Sprintf("has a segment of more than %d characters", maxSegment)}
		}
	}
	return path, nil
}

// pathSafe is what RFC 3986 allows in a path segment, and the percent sign of an escape.
var pathSafe = charsetOf(unreserved + "!$&'()*+,;=:@%")

func isPathText(segment string) bool {
	for i := range len(segment) {
		if !pathSafe[segment[i]] {
			return false
		}
	}
	return true
}
