package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// TestGateOrder makes two mistakes at once: the earlier gate answers. The order is rule 1 of the
// reference, section 10.1.
func TestGateOrder(t *testing.T) {
	v := arrive(t, nil, sandbox.SelfServeClient)
	v.token = v.signIn(0).AccessToken
	v.limit("people", -1, 0)
	long := "/v2/people?ids=" + strings.Repeat("x", 5000)
	tests := []struct {
		earlier, later string
		method, path   string
		change         func(http.Header)
		want           int
	}{
		{"token", "version", "GET", "/rest/me", func(h http.Header) { h.Del("Authorization"); h.Del("Linkedin-Version") }, 401},
		{"token", "route", "GET", "/v2/nothing", func(h http.Header) { h.Set("Authorization", "Bearer x") }, 401},
		{"version", "route", "GET", "/rest/nothing", func(h http.Header) { h.Set("Linkedin-Version", "202001") }, 426},
		{"route", "method", "DELETE", "/v2/nothing", nil, 404},
		{"method", "length", "DELETE", long, nil, 405},
		{"length", "throttle", "GET", long, nil, 414},
		{"throttle", "scope", "GET", "/v2/people?ids=List()", nil, 429},
		{"scope", "protocol", "GET", "/v2/search/people?q=People&keywords=a+b", nil, 403},
	}
	for _, tt := range tests {
		header := v.header()
		if tt.change != nil {
			tt.change(header)
		}
		if a := v.do(tt.method, tt.path, header, ""); a.Status != tt.want {
			t.Errorf("%s before %s: %s %.40s gets %d, want %d", tt.earlier, tt.later, tt.method, tt.path, a.Status, tt.want)
		}
	}
}

// TestRefusedCallsAreNotCounted: only what reaches the throttle counts.
func TestRefusedCallsAreNotCounted(t *testing.T) {
	v := arrive(t, nil, sandbox.SelfServeClient)
	v.token = v.signIn(0).AccessToken
	v.do("GET", "/v2/me", nil, "")        // no token
	v.do("PUT", "/v2/me", v.header(), "") // no such method
	v.get("/v2/nothing")                  // no such path
	if got := v.server.Usage(); len(got) != 0 {
		t.Errorf("usage %+v, want none", got)
	}
	v.get("/v2/me") // refused by its scope, but behind the throttle
	if got := v.server.Usage(); len(got) != 4 {
		t.Errorf("usage %+v, want counts for the endpoint and for all, application and member", got)
	}
}
