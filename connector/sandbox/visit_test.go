package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// visitor talks to a sandbox as one of its clients would.
type visitor struct {
	t        testing.TB
	server   *sandbox.Server
	settings sandbox.Settings
	http     *http.Client
	token    string
}

// visit starts a sandbox and signs the first member in at the default client.
func visit(t testing.TB, opts *sandbox.Options) *visitor {
	t.Helper()
	v := arrive(t, opts, sandbox.PartnerClient)
	v.token = v.signIn(0).AccessToken
	return v
}

// arrive starts a sandbox and makes a visitor that has no token yet.
func arrive(t testing.TB, opts *sandbox.Options, client string) *visitor {
	t.Helper()
	srv, err := sandbox.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := srv.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	v := &visitor{t: t, server: srv, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	return v.as(client)
}

// as returns a visitor to the same sandbox with another client.
func (v *visitor) as(client string) *visitor {
	v.t.Helper()
	settings, err := v.server.SettingsFor(client)
	if err != nil {
		v.t.Fatal(err)
	}
	other := *v
	other.settings, other.token = settings, ""
	return &other
}

// answer is a response that has been read.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// json decodes the body into a map.
func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(a.Body), &m); err != nil {
		t.Fatalf("body %q: %v", a.Body, err)
	}
	return m
}

// do sends a request. The path may carry a query and goes out byte for byte.
func (v *visitor) do(method, path string, header http.Header, body string) answer {
	v.t.Helper()
	a, err := v.try(method, path, header, body)
	if err != nil {
		v.t.Fatal(err)
	}
	return a
}

// try is do for a request that may fail.
func (v *visitor) try(method, path string, header http.Header, body string) (answer, error) {
	v.t.Helper()
	base, err := url.Parse(v.server.URL())
	if err != nil {
		v.t.Fatal(err)
	}
	req := &http.Request{Method: method, URL: base, Host: base.Host, Header: header}
	req.URL.Opaque, req.URL.RawQuery, _ = strings.Cut(path, "?")
	if body != "" {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader([]byte(body))), int64(len(body))
	}
	resp, err := v.http.Do(req.WithContext(v.t.Context()))
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return answer{Status: resp.StatusCode, Header: resp.Header, Body: string(got)}, err
}

// get calls the API with the token and protocol 2.0.
func (v *visitor) get(path string) answer {
	v.t.Helper()
	return v.do("GET", path, v.header(), "")
}

func (v *visitor) header() http.Header {
	return http.Header{
		"Authorization":             {"Bearer " + v.token},
		"X-Restli-Protocol-Version": {"2.0.0"},
		"Linkedin-Version":          {"202609"},
	}
}

// post sends a form to an OAuth endpoint.
func (v *visitor) post(path string, form url.Values) answer {
	v.t.Helper()
	return v.do("POST", path, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, form.Encode())
}

// authorizeURL is where consent is asked for.
func (v *visitor) authorizeURL(changes url.Values) string {
	query := url.Values{
		"response_type": {"code"},
		"client_id":     {v.settings.ClientID},
		"redirect_uri":  {v.settings.RedirectURL},
		"state":         {"s1"},
		"scope":         {v.settings.Scopes},
	}
	for name, values := range changes {
		query[name] = values
		if values == nil {
			delete(query, name)
		}
	}
	return "/oauth/v2/authorization?" + query.Encode()
}

// consent answers the consent page and returns the query of the redirect.
func (v *visitor) consent(changes, form url.Values) url.Values {
	v.t.Helper()
	a := v.post(v.authorizeURL(changes), form)
	if a.Status != http.StatusFound {
		v.t.Fatalf("consent: status %d, body %s", a.Status, a.Body)
	}
	to, err := url.Parse(a.Header.Get("Location"))
	if err != nil {
		v.t.Fatal(err)
	}
	return to.Query()
}

// tokens is the answer of the token endpoint.
type tokens struct {
	AccessToken           string `json:"access_token"`
	ExpiresIn             any    `json:"expires_in"`
	RefreshToken          string `json:"refresh_token"`
	RefreshTokenExpiresIn int64  `json:"refresh_token_expires_in"`
	Scope                 string `json:"scope"`
	TokenType             string `json:"token_type"`
	IDToken               string `json:"id_token"`
}

// signIn consents as the member at that index and exchanges the code.
func (v *visitor) signIn(member int) tokens {
	v.t.Helper()
	form := url.Values{"decision": {"allow"}, "member": {itoa(member)}}
	return v.redeem(v.exchangeForm(v.consent(nil, form).Get("code")))
}

// redeem posts a form to the token endpoint and expects tokens.
func (v *visitor) redeem(form url.Values) tokens {
	v.t.Helper()
	a := v.post("/oauth/v2/accessToken", form)
	var got tokens
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil || a.Status != http.StatusOK {
		v.t.Fatalf("token endpoint: status %d, body %s", a.Status, a.Body)
	}
	return got
}

func (v *visitor) exchangeForm(code string) url.Values {
	return url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {code},
		"redirect_uri":  {v.settings.RedirectURL},
		"client_id":     {v.settings.ClientID},
		"client_secret": {v.settings.ClientSecret},
	}
}

func (v *visitor) refreshForm(refresh string) url.Values {
	return url.Values{
		"grant_type":    {"refresh_token"},
		"refresh_token": {refresh},
		"client_id":     {v.settings.ClientID},
		"client_secret": {v.settings.ClientSecret},
	}
}

func itoa(i int) string { return strconv.Itoa(i) }

// decode reads the body into a struct.
func (v *visitor) decode(a answer, to any) {
	v.t.Helper()
	if err := json.Unmarshal([]byte(a.Body), to); err != nil || a.Status != http.StatusOK {
		v.t.Fatalf("status %d, body %q: %v", a.Status, a.Body, err)
	}
}
