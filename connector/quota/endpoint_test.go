package quota_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/connector/quota"
)

func TestEndpoint(t *testing.T) {
	tests := []struct{ method, target, tunnelled, want string }{
		{"GET", "/v2/userinfo", "", "GET /v2/userinfo"},
		{"", "/v2/me?projection=(id)", "", "GET /v2/me"},
		{"GET", "/v2/people/(id:782bbtaQ)", "", "GET /v2/people/{id}"},
		{"GET", "/v2/people/me", "", "GET /v2/people/{id}"},
		{"GET", "/v2/people?ids=List((id:a),(id:b))", "", "GET /v2/people"},
		{"POST", "/v2/people", "ids=List((id:a),(id:b))", "GET /v2/people"},
		{"POST", "/v2/search/people", "q=People&keywords=a", "GET /v2/search/people?q=People"},
		{"GET", "/v2/search/people?q=People&keywords=a", "", "GET /v2/search/people?q=People"},
		{"GET", "/rest/people/?q=typeahead", "", "GET /rest/people?q=typeahead"},
		{"GET", "/v2/connections?q=a%20b", "", "GET /v2/connections"},
		{"POST", "/rest/images?action=initializeUpload", "", "POST /rest/images?action=initializeUpload"},
		{"GET", "/v2/socialActions/urn%3Ali%3Ashare%3A6/comments/12", "", "GET /v2/socialActions/{id}/comments/{id}"},
		{"DELETE", "/rest/posts/urn%3Ali%3Aperson%3Aa%2Fb", "", "DELETE /rest/posts/{id}"},
		{"GET", "/status", "", "GET /status"},
		{"GET", "/v2/" + strings.Repeat("x", 500), "", "GET /v2/" + strings.Repeat("x", 192)},
	}
	for _, tt := range tests {
		req, err := http.NewRequest(tt.method, "https://api.example.com"+tt.target, strings.NewReader(tt.tunnelled))
		if err != nil {
			t.Fatal(err)
		}
		if tt.tunnelled != "" {
			req.Header.Set("X-HTTP-Method-Override", "GET")
		}
		if got := quota.Endpoint(req); got != tt.want {
			t.Errorf("Endpoint(%s %s) = %q, want %q", tt.method, tt.target, got, tt.want)
		}
	}
}
