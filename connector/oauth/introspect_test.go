package oauth_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/oauth"
)

func TestIntrospect(t *testing.T) {
	tests := []struct {
		name, why string
		status    int
		body      string
		want      *oauth.Introspection
		err       *oauth.Error
	}{
		{
			name: "active", why: "all fields, scopes with commas, times in seconds",
			status: 200,
			body:   `{"active":true,"status":"active","scope":"openid,profile","client_id":"78abc","created_at":1795521600,"expires_at":1800705600,"authorized_at":1795521600,"auth_type":"3L"}`,
			want: &oauth.Introspection{
				Active: true, Status: "active", Scopes: []string{"openid", "profile"}, ClientID: "78abc", AuthType: "3L",
				CreatedAt: noon, AuthorizedAt: noon, ExpiresAt: noon.Add(60 * day),
			},
		},
		{
			name: "another application's", why: "no error: LinkedIn says no more than this",
			status: 200, body: `{"active":false}`, want: &oauth.Introspection{Scopes: []string{}},
		},
		{
			name: "wrong secret", why: "a refusal of the application",
			status: 401, body: `{"error":"invalid_client","error_description":"Client authentication failed"}`,
			err: &oauth.Error{Op: "introspect", Status: 401, Code: "invalid_client", Description: "Client authentication failed"},
		},
		{
			name: "no introspection", why: "without active it says nothing",
			status: 200, body: `{}`, err: &oauth.Error{Op: "introspect", Status: 200},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := configOn(roundTrip(func(req *http.Request) (*http.Response, error) {
				if got := req.FormValue("token"); got != "AT1" {
					t.Errorf("asked about %q, want AT1", got)
				}
				return reply(tt.status, tt.body), nil
			}))
			config.Now = func() time.Time { return noon }
			got, err := config.Introspect(t.Context(), "AT1")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.why, diff)
			}
			var gotErr *oauth.Error
			errors.As(err, &gotErr)
			ignoreCause := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Err" }, cmp.Ignore())
			if diff := cmp.Diff(tt.err, gotErr, ignoreCause); diff != "" {
				t.Errorf("%s, error (-want +got):\n%s", tt.why, diff)
			}
		})
	}
}
