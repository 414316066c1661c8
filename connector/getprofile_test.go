package connector_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
)

func TestGetProfileByUserinfo(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	var got connector.Profile
	b.invoke("get_profile", `{}`, &got)
	id := b.srv.Me(b.client)
	want := connector.Profile{
		Member:   connector.Member{ID: id, URN: "urn:li:person:" + id, Name: "Cora Hartwell", GivenName: "Cora", FamilyName: "Hartwell"},
		Endpoint: "/v2/userinfo",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("get_profile (-want +got):\n%s", diff)
	}
	b.wantPaths("GET /v2/userinfo")
}
