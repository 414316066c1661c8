package sandbox_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

func TestFailNext(t *testing.T) {
	tests := []struct {
		status int
		has    string
		kind   string
	}{
		{401, `"serviceErrorCode":65600`, "application/json"},
		{403, "Not enough permissions", "application/json"},
		{404, "No virtual resource found", "application/json"},
		{426, "is not active", "application/json"},
		{429, "Resource level throttle limit", "application/json"},
		{500, "INTERNAL_SERVER_ERROR", "application/json"},
		{503, "<html>", "text/html; charset=utf-8"},
		{504, "", ""},
		{418, "teapot", "application/json"},
	}
	v := visit(t, nil)
	for _, tt := range tests {
		v.server.FailNext(tt.status, 2)
		for range 2 {
			a := v.get("/v2/userinfo")
			if a.Status != tt.status || !strings.Contains(a.Body, tt.has) || a.Header.Get("Content-Type") != tt.kind {
				t.Errorf("FailNext(%d): %d %q %s", tt.status, a.Status, a.Header.Get("Content-Type"), a.Body)
			}
		}
		v.wantCall("after two failures", nil)
	}
	for _, u := range v.server.Usage() {
		if u.Used != int64(3*len(tests)) {
			t.Errorf("usage %+v; calls that fail behind the gateway are counted", u)
		}
	}
}

func TestFaultsHitWhatTheyName(t *testing.T) {
	v := visit(t, nil)
	v.server.Fail(sandbox.Fault{Method: "POST", Status: 500})
	v.server.Fail(sandbox.Fault{Path: "/v2/people", Status: 502, Times: -1})
	v.server.Fail(sandbox.Fault{Path: "/oauth/v2/accessToken", Status: 503, Body: "busy", Header: http.Header{"retry-after": {"7"}}})
	v.wantCall("another method, another path", nil)
	for range 3 {
		if a := v.get("/v2/people/(id:x)"); a.Status != 502 {
			t.Errorf("people: %d, want 502 each time", a.Status)
		}
	}
	a := v.post("/oauth/v2/accessToken", nil)
	if a.Status != 503 || a.Body != "busy" || a.Header.Get("Retry-After") != "7" {
		t.Errorf("token endpoint: %d %q %v", a.Status, a.Body, a.Header)
	}
	v.server.ClearFaults()
	if a := v.get("/v2/people?ids=List()"); a.Status != 200 {
		t.Errorf("after ClearFaults: %d", a.Status)
	}
}

func TestDamage(t *testing.T) {
	v := visit(t, nil)
	tests := []struct {
		name  string
		fault sandbox.Fault
		check func(answer, error) bool
	}{
		{"reset", sandbox.Fault{Reset: true}, func(_ answer, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		{"half a body", sandbox.Fault{Truncate: true}, func(a answer, err error) bool {
			return a.Status == 200 && errors.Is(err, io.ErrUnexpectedEOF) && strings.HasPrefix(a.Body, "{") && !strings.HasSuffix(a.Body, "}")
		}},
		{"wrong length", sandbox.Fault{Status: 200, Body: "{}", Header: http.Header{"Content-Length": {"9"}}}, func(a answer, err error) bool {
			return a.Body == "{}" && errors.Is(err, io.ErrUnexpectedEOF)
		}},
		{"slow body", sandbox.Fault{Drip: time.Millisecond}, func(a answer, err error) bool {
			return err == nil && a.Status == 200 && strings.HasSuffix(a.Body, "}")
		}},
		{"stall", sandbox.Fault{Stall: 20 * time.Millisecond}, func(a answer, err error) bool { return err == nil && a.Status == 200 }},
		{"nothing", sandbox.Fault{Status: 200, Body: ""}, func(a answer, err error) bool { return err == nil && a.Status == 200 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v.server.Fail(tt.fault)
			before := time.Now()
			a, err := v.try("GET", "/v2/userinfo", v.header(), "")
			if !tt.check(a, err) {
				t.Errorf("got %d %q, %v", a.Status, a.Body, err)
			}
			if took, least := time.Since(before), tt.fault.Stall+8*tt.fault.Drip; took < least {
				t.Errorf("took %v, want %v at least", took, least)
			}
		})
	}
}

func TestRequests(t *testing.T) {
	v := visit(t, nil)
	v.server.ResetRequests()
	v.get("/v2/people/(id:x%2Cy)?projection=(id)")
	v.server.FailNext(500, 1)
	v.do("GET", "/v2/me?a=b", nil, "")
	want := []sandbox.Request{
		{Method: "GET", Path: "/v2/people/(id:x%2Cy)", RawQuery: "projection=(id)", Query: "projection=(id)", Client: sandbox.PartnerClient, Member: 0, Status: 404},
		{Method: "GET", Path: "/v2/me", RawQuery: "a=b", Query: "a=b", Member: -1, Status: 500, Fault: true},
	}
	got := v.server.Requests()
	for i := range got {
		if strings.Contains(strings.Join(got[i].Header["Authorization"], ""), "AQ") {
			t.Error("the log has a token")
		}
		if d := v.server.Now().Sub(got[i].At); d < 0 || d > time.Minute {
			t.Errorf("request at %v", got[i].At)
		}
		got[i].At, got[i].Header = time.Time{}, nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLatency(t *testing.T) {
	v := visit(t, nil)
	v.server.SetLatency(sandbox.Latency{Median: 20 * time.Millisecond})
	before := time.Now()
	v.wantCall("slow", nil)
	if took := time.Since(before); took < 20*time.Millisecond {
		t.Errorf("took %v, want 20ms", took)
	}
	v.server.SetLatency(sandbox.Latency{Median: time.Millisecond, P99: 4 * time.Millisecond})
	before = time.Now()
	for range 20 {
		v.wantCall("spread", nil)
	}
	if took := time.Since(before); took < 10*time.Millisecond {
		t.Errorf("20 calls took %v", took)
	}
}
