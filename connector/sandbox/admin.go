package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// adminPrefix is where the sandbox is told what to do. LinkedIn has no such path.
const adminPrefix = "/_sandbox/"

// adminCall is one request to the admin API.
type adminCall struct {
	server *Server
	query  url.Values
	body   []byte
}

// adminRoutes are the calls of the admin API. What they answer becomes the JSON body; nil stands for
// an empty object.
var adminRoutes = map[string]func(*adminCall) (any, error){
	"GET state":                 (*adminCall).state,
	"GET settings":              (*adminCall).settings,
	"GET members":               (*adminCall).members,
	"GET fixtures":              func(*adminCall) (any, error) { return Fixtures(), nil },
	"GET clock":                 (*adminCall).clock,
	"PUT clock":                 (*adminCall).setClock,
	"GET faults":                (*adminCall).faults,
	"POST faults":               (*adminCall).addFault,
	"DELETE faults":             func(a *adminCall) (any, error) { a.server.ClearFaults(); return nil, nil },
	"GET limits":                (*adminCall).limits,
	"PUT limits":                (*adminCall).setLimit,
	"PUT burst":                 (*adminCall).setBurst,
	"GET usage":                 func(a *adminCall) (any, error) { return orEmpty(a.server.Usage()), nil },
	"DELETE usage":              func(a *adminCall) (any, error) { a.server.ResetQuotas(); return nil, nil },
	"GET quirks":                func(a *adminCall) (any, error) { return a.server.Quirks(), nil },
	"PUT quirks":                (*adminCall).setQuirks,
	"PUT latency":               (*adminCall).setLatency,
	"GET requests":              (*adminCall).requests,
	"DELETE requests":           func(a *adminCall) (any, error) { a.server.ResetRequests(); return nil, nil },
	"GET tokens":                func(a *adminCall) (any, error) { return orEmpty(a.server.Tokens()), nil },
	"POST tokens/expire":        (*adminCall).expireTokens,
	"POST tokens/revoke":        (*adminCall).revokeTokens,
	"POST tokens/revoke_access": (*adminCall).revokeAccessTokens,
}

// orEmpty makes JSON write an empty list as [], not as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// admin answers the admin API. It changes something only for a JSON body or no body at all, so that
// no form on a page in somebody's browser can.
func (s *Server) admin(r *http.Request, path string) reply {
	name := strings.TrimPrefix(path, adminPrefix)
	route := adminRoutes[r.Method+" "+name]
	if route == nil {
		return adminError(http.StatusNotFound, fmt.Errorf("no call %s %s: there are %s", r.Method, path, strings.Join(adminCalls(), ", ")))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return adminError(http.StatusBadRequest, err)
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method != http.MethodGet && kind != "application/json" {
		return adminError(http.StatusUnsupportedMediaType, errors.New("the header Content-Type must say application/json"))
	}
	answer, err := route(&adminCall{server: s, query: r.URL.Query(), body: body})
	if err != nil {
		return adminError(http.StatusBadRequest, err)
	}
	if answer == nil {
		answer = struct{}{}
	}
	return jsonReply(http.StatusOK, answer)
}

func adminError(status int, err error) reply {
	return jsonReply(status, map[string]string{"error": err.Error()})
}

// adminCalls lists the calls for a person who mistyped one.
func adminCalls() []string {
	var all []string
	for call := range maps.Keys(adminRoutes) {
		method, name, _ := strings.Cut(call, " ")
		all = append(all, method+" "+adminPrefix+name)
	}
	slices.Sort(all)
	return all
}

// decode reads the body, which must be one JSON object of known fields.
func (a *adminCall) decode(to any) error {
	decoder := json.NewDecoder(strings.NewReader(string(a.body)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(to); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	if decoder.More() {
		return errors.New("body: more than one JSON value")
	}
	return nil
}
