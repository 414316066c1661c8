package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// ask makes the request that a fixture is meant for.
func (v *visitor) ask(path string) (answer, error) {
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	credentials := url.Values{"client_id": {v.settings.ClientID}, "client_secret": {v.settings.ClientSecret}, "token": {v.token}}
	switch path {
	case "/oauth/v2/accessToken":
		code := v.consent(nil, url.Values{"decision": {"allow"}}).Get("code")
		return v.try("POST", path, form, v.exchangeForm(code).Encode())
	case "/oauth/v2/authorization":
		return v.try("POST", v.authorizeURL(nil), form, "decision=allow")
	case "/oauth/v2/introspectToken":
		return v.try("POST", path, form, credentials.Encode())
	case "/v2/people":
		path += "?ids=List((id:A1),(id:B2),(id:C3))"
	case "/v2/people/":
		path += "(id:" + v.server.Me(v.settings.ClientID) + ")"
	case "/v2/search/people":
		path += "?q=People&keywords=x"
	case "/v2/connections", "/v2/emailAddress":
		path += "?q=viewer"
	case "":
		path = "/v2/userinfo"
	}
	return v.try("GET", path, v.header(), "")
}

// TestFixtures brings about every answer of the reference, section 10, up to 76.
func TestFixtures(t *testing.T) {
	wants := map[string]struct {
		status int
		has    string
		lacks  string
	}{
		"token_oidc":                   {200, `"scope":"email,openid,profile"`, "refresh_token"},
		"token_partner":                {200, `"refresh_token_expires_in":31536000,"scope":"email openid profile"`, "id_token"},
		"token_minimal":                {200, `"expires_in":5184000`, "scope"},
		"token_2legged":                {200, `"expires_in":"1800"`, "scope"},
		"token_refreshed_day59":        {200, `"refresh_token_expires_in":26438400`, ""},
		"token_refreshed_day360":       {200, `"refresh_token_expires_in":432000`, ""},
		"token_partial_scope":          {200, `"scope":"openid,profile"`, "email"},
		"oauth_err_missing_param":      {400, `A required parameter \"grant_type\" is missing`, ""},
		"oauth_err_code_not_found":     {400, "authorization code not found", ""},
		"oauth_err_code_mismatch":      {400, "invalid_redirect_uri", ""},
		"oauth_err_refresh_dead":       {400, "invalid, expired or revoked", ""},
		"oauth_err_client":             {401, "Client authentication failed", ""},
		"authorize_cancel_login":       {302, "error=user_cancelled_login", ""},
		"authorize_cancel":             {302, "error=user_cancelled_authorize", ""},
		"authorize_bad_scope":          {302, "error_description=Scope+%26quot%3Br_liteprofile%26quot%3B+is+not+authorized", ""},
		"introspect_active":            {200, `"active":true`, ""},
		"introspect_expired":           {200, `"status":"expired"`, "true"},
		"introspect_revoked":           {200, `"status":"revoked"`, "true"},
		"introspect_foreign_app":       {200, `{"active":false}`, ""},
		"introspect_bad_secret":        {401, "Client authentication failed", ""},
		"discovery":                    {200, `"subject_types_supported":["pairwise"]`, ""},
		"jwks":                         {200, `"kid":`, ""},
		"userinfo_full":                {200, `"email_verified":true`, ""},
		"userinfo_no_email_no_picture": {200, `"sub":`, "email"},
		"userinfo_locale_object":       {200, `"locale":{"country":"US","language":"en"}`, ""},
		"me_lite":                      {200, `"localizedFirstName":"Cora"`, "headline"},
		"me_basic":                     {200, `"localizedHeadline":`, ""},
		"me_multilocale":               {200, `{"de_DE":"Cora","en_US":"Cora"}`, ""},
		"me_no_picture":                {200, `"vanityName":`, "profilePicture"},
		"me_with_picture":              {200, `shrink_800_800`, ""},
		"me_picture_throttled":         {200, `"displayImage!":{"status":429,"serviceErrorCode":101`, ""},
		"person_public":                {200, `"firstName":`, "headline"},
		"person_private":               {200, `"id":"private"`, ""},
		"person_foreign_id":            {404, "Could not find entity", ""},
		"people_batch_partial":         {200, `"statuses":{"(id:A1)":200,"(id:B2)":404,"(id:C3)":403}`, ""},
		"people_batch_all_failed":      {200, `"results":{}`, ""},
		"email_found":                  {200, `"emailAddress":"ada@example.com"`, ""},
		"email_empty":                  {200, `{"elements":[]}`, ""},
		"search_page1":                 {200, `"start":0,"total":61`, `"rel":"prev"`},
		"search_last":                  {200, `"start":50,"total":61`, `"rel":"next"`},
		"search_empty":                 {200, `{"elements":[],`, "rel"},
		"search_short_mid_page":        {200, `"rel":"next"`, ""},
		"search_no_total":              {200, `"rel":"next"`, "total"},
		"search_disabled":              {404, "No virtual resource found", ""},
		"search_denied":                {403, "search.FINDER-people.NO_VERSION", ""},
		"connections_page":             {200, `"total":10`, ""},
		"connections_size":             {200, `"elements":[],"paging":{"count":0,"links":[],"start":0,"total":512}`, ""},
		"typeahead":                    {200, `"member":"urn:li:person:`, "total"},
		"err_401_empty":                {401, "65604", ""},
		"err_401_invalid":              {401, "65600", ""},
		"err_401_revoked":              {401, "65601", ""},
		"err_401_expired":              {401, "65602", ""},
		"err_401_fresh_token":          {401, "65601", ""},
		"err_403_scope":                {403, `"code":"ACCESS_DENIED","message":"Not enough permissions to access: me.GET.NO_VERSION"`, ""},
		"err_403_scope_old":            {403, "GET /me", "code\":\""},
		"err_403_unpermitted_field":    {403, "Unpermitted fields present in PARAMETER", ""},
		"err_400_version_missing":      {400, "VERSION_MISSING", ""},
		"err_426_version":              {426, "Requested version 20250401 is not active", ""},
		"err_400_path_syntax":          {400, "Syntax exception in path variables", ""},
		"err_400_query_param":          {400, "QUERY_PARAM_NOT_ALLOWED", ""},
		"err_400_param_invalid":        {400, "PARAM_INVALID", ""},
		"err_404_route":                {404, "No virtual resource found", ""},
		"err_405":                      {405, "METHOD_NOT_ALLOWED", ""},
		"err_411":                      {411, "Content-Length", ""},
		"err_414":                      {414, "Too Long", ""},
		"err_409":                      {409, "Write Conflict", ""},
		"err_412":                      {412, "HTTP precondition header failed", ""},
		"err_422_duplicate":            {422, "urn:li:share:6844785523593134080", ""},
		"err_429_app_day":              {429, "APPLICATION DAY", ""},
		"err_429_member_day":           {429, "APPLICATION_AND_MEMBER DAY", ""},
		"err_429_burst":                {429, "Resource level throttle limit", "DAY"},
		"err_500_json":                 {500, "INTERNAL_SERVER_ERROR", ""},
		"err_503_html":                 {503, "<html>", ""},
		"err_504_empty":                {504, "", "{"},
		"connection_reset":             {0, "", ""},
		"slow_body":                    {200, `"sub":`, ""},
		"truncated_json":               {200, `{"`, "}"},
	}
	v := visit(t, nil)
	numbers := map[int]bool{}
	for _, f := range sandbox.Fixtures() {
		t.Run(f.Name, func(t *testing.T) {
			numbers[f.Number] = true
			want, ok := wants[f.Name]
			if !ok {
				t.Fatal("fixture is not in the table")
			}
			if err := v.server.Fail(sandbox.Fault{Fixture: f.Name}); err != nil {
				t.Fatal(err)
			}
			a, err := v.ask(f.Path)
			text := a.Body + a.Header.Get("Location")
			if a.Status != want.status || !strings.Contains(text, want.has) || want.lacks != "" && strings.Contains(text, want.lacks) {
				t.Errorf("%d %s, %v; want %d, %q and no %q", a.Status, text, err, want.status, want.has, want.lacks)
			}
			if (err != nil) != (f.Name == "connection_reset" || f.Name == "truncated_json") {
				t.Errorf("error %v", err)
			}
			if got := a.Header.Get("X-Restli-Error-Response") == "true"; got != (strings.HasPrefix(a.Body, `{"status":`) && a.Status >= 400) {
				t.Errorf("X-Restli-Error-Response is set: %v, body %s", got, a.Body)
			}
			if left := v.server.Faults(); len(left) > 0 {
				t.Errorf("the request for %q was not hit: %+v", f.Path, left)
			}
		})
	}
	for number := 1; number <= 76; number++ {
		if !numbers[number] {
			t.Errorf("fixture %d is missing", number)
		}
	}
}

func TestUnknownFixture(t *testing.T) {
	v := visit(t, nil)
	if err := v.server.Fail(sandbox.Fault{Fixture: "err_402"}); err == nil || !strings.Contains(err.Error(), "err_402") {
		t.Errorf("Fail with an unknown fixture: %v; want an error that names it", err)
	}
	v.wantCall("nothing was added", nil)
}

func TestSearchFixturePages(t *testing.T) {
	v := visit(t, nil)
	counts := map[string]int{"search_page1": 25, "search_last": 11, "search_empty": 0, "search_short_mid_page": 20}
	for name, want := range counts {
		if err := v.server.Fail(sandbox.Fault{Fixture: name}); err != nil {
			t.Fatal(err)
		}
		f := v.search(engineers)
		if len(f.Elements) != want {
			t.Errorf("%s has %d elements, want %d", name, len(f.Elements), want)
		}
		for _, e := range f.Elements { // a step that comes next can look them up
			id := e["entity~"].(map[string]any)["id"].(string)
			if got := v.get("/v2/people/(id:" + id + ")?fields=id").json(t); !cmp.Equal(got, map[string]any{"id": id}) {
				t.Errorf("%s: person %s is %v", name, id, got)
			}
		}
	}
}
