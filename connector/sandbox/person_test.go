package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// hidden returns the first private member, found by what the sandbox shows of it.
func (v *visitor) hidden() string {
	v.t.Helper()
	for i := range 500 {
		id := v.server.PersonID(v.settings.ClientID, i)
		if v.get("/v2/people/(id:" + id + ")").json(v.t)["id"] == "private" {
			return id
		}
	}
	v.t.Fatal("no private member among 500")
	return ""
}

func localized(locale, text string) map[string]any {
	language, country, _ := strings.Cut(locale, "_")
	return map[string]any{
		"localized":       map[string]any{locale: text},
		"preferredLocale": map[string]any{"language": language, "country": country},
	}
}

func TestPerson(t *testing.T) {
	v := visit(t, nil)
	id := v.server.PersonID(sandbox.PartnerClient, 3)
	lite := map[string]any{
		"id":                 id,
		"firstName":          localized("ka_GE", "გიორგი"),
		"lastName":           localized("ka_GE", "კაპანაძე"),
		"localizedFirstName": "გიორგი",
		"localizedLastName":  "კაპანაძე",
		"profilePicture":     map[string]any{"displayImage": "urn:li:digitalmediaAsset:C4D03AQTMk-g5TTbqHuDP"},
	}
	some := map[string]any{"id": id, "vanityName": "giorgi-kapanadze-aa730", "localizedHeadline": "Staff Software Engineer at Ironbridge Software"}
	tests := []struct {
		name  string
		query string
		want  map[string]any
	}{
		{"default", "", lite},
		{"projection", "?projection=(id,vanityName,localizedHeadline)", some},
		{"fields", "?fields=id,vanityName,localizedHeadline", some},
		{"unknown parameter", "?projection=(id)&whatever=1", map[string]any{"id": id}},
		{"field that nobody may see", "?projection=(id,birthDate)", problem(403, 100, "ACCESS_DENIED",
			"Unpermitted fields present in PARAMETER: Data Processing Exception while processing fields [/birthDate]")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, v.get("/v2/people/(id:"+id+")"+tt.query).json(t)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPersonUnderProtocol1(t *testing.T) {
	v := visit(t, nil)
	id := v.server.PersonID(sandbox.PartnerClient, 3)
	header := v.header()
	header.Del("X-Restli-Protocol-Version")
	tests := []struct {
		path   string
		status int
		has    string
	}{
		{"/v2/people/id=" + id, 200, `"id":"` + id + `"`},
		{"/v2/people/(id:" + id + ")", 400, "Syntax exception in path variables"},
		{"/v2/people?ids=id%3D" + id + "&ids=id%3Dx", 200, `"id=` + id + `":{`},
		{"/v2/people?ids=List((id:" + id + "))", 400, "Parameter 'ids' is invalid"},
		{"/v2/search/people?q=People&keywords=software+engineer", 200, `"total":`},
	}
	for _, tt := range tests {
		if a := v.do("GET", tt.path, header, ""); a.Status != tt.status || !strings.Contains(a.Body, tt.has) {
			t.Errorf("%s: %d %.200s, want %d and %s", tt.path, a.Status, a.Body, tt.status, tt.has)
		}
	}
}

func TestIDsArePairwise(t *testing.T) {
	v := visit(t, nil)
	mine, theirs := v.server.Me(sandbox.PartnerClient), v.server.Me(sandbox.SelfServeClient)
	if mine == theirs || len(mine) != 10 {
		t.Errorf("ids %q and %q; want two different ones of ten characters", mine, theirs)
	}
	if got := v.get("/v2/userinfo").json(t)["sub"]; got != mine {
		t.Errorf("sub = %v, want %s", got, mine)
	}
	if diff := cmp.Diff(noEntity, v.get("/v2/people/(id:"+theirs+")").json(t)); diff != "" {
		t.Errorf("fixture 34, id of another application (-want +got):\n%s", diff)
	}
	again, err := sandbox.Start(&sandbox.Options{Seed: 1, Members: 5})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := again.Me(sandbox.PartnerClient); got != mine {
		t.Errorf("another sandbox with the same seed says %s, want %s", got, mine)
	}
	other, err := sandbox.Start(&sandbox.Options{Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if got := other.Me(sandbox.PartnerClient); got == mine {
		t.Error("another seed gives the same id")
	}
}

func TestPrivateMember(t *testing.T) {
	v := visit(t, nil)
	id := v.hidden()
	placeholder := map[string]any{
		"id": "private", "localizedFirstName": "private", "localizedLastName": "private",
		"firstName": localized("en_US", "private"), "lastName": localized("en_US", "private"),
	}
	denied := problem(403, 100, "ACCESS_DENIED", "Not enough permissions to access: people.GET.NO_VERSION")
	tests := []struct {
		as   sandbox.PrivateMembers
		want map[string]any
		in   string // where a batch has it
	}{
		{sandbox.PrivatePlaceholder, placeholder, "results"},
		{sandbox.PrivateNotFound, noEntity, "errors"},
		{sandbox.PrivateForbidden, denied, "errors"},
	}
	for _, tt := range tests {
		v.server.SetQuirks(sandbox.Quirks{PrivateMembers: tt.as})
		if diff := cmp.Diff(tt.want, v.get("/v2/people/(id:"+id+")").json(t)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.as, diff)
		}
		batch := v.get("/v2/people?ids=List((id:" + id + "))").json(t)
		if diff := cmp.Diff(tt.want, batch[tt.in].(map[string]any)["(id:"+id+")"]); diff != "" {
			t.Errorf("%q in a batch (-want +got):\n%s", tt.as, diff)
		}
	}
}

func TestPeopleBatch(t *testing.T) {
	v := visit(t, nil)
	known := "(id:" + v.server.PersonID(sandbox.PartnerClient, 3) + ")"
	person := map[string]any{"id": v.server.PersonID(sandbox.PartnerClient, 3)}
	gone := map[string]any{"(id:B2)": noEntity}
	tests := []struct {
		name  string
		query string
		want  map[string]any
	}{
		{"partial", "ids=List(" + known + ",(id:B2))&projection=(results*(id))", map[string]any{
			"results": map[string]any{known: person}, "statuses": map[string]any{known: 200.0, "(id:B2)": 404.0}, "errors": gone}},
		{"all failed", "ids=List((id:B2))", map[string]any{
			"results": map[string]any{}, "statuses": map[string]any{"(id:B2)": 404.0}, "errors": gone}},
		{"fields", "ids=List(" + known + ")&fields=id", map[string]any{
			"results": map[string]any{known: person}, "statuses": map[string]any{known: 200.0}, "errors": map[string]any{}}},
		{"reduced key", "ids=List((id:a%20b%2Cc))", map[string]any{
			"results": map[string]any{}, "statuses": map[string]any{"(id:a b%2Cc)": 404.0}, "errors": map[string]any{"(id:a b%2Cc)": noEntity}}},
		{"empty list", "ids=List()", map[string]any{"results": map[string]any{}, "statuses": map[string]any{}, "errors": map[string]any{}}},
		{"no ids", "", noResource},
		{"too many", "ids=List(" + strings.Repeat("(id:x),", 100) + "(id:x))", badParam("ids")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, v.get("/v2/people?"+tt.query).json(t)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPicture(t *testing.T) {
	v := visit(t, nil)
	path := "/v2/people/(id:" + v.server.Me(sandbox.PartnerClient) + ")?projection=(profilePicture(displayImage~:playableStreams))"
	picture := v.get(path).json(t)["profilePicture"].(map[string]any)
	streams := picture["displayImage~"].(map[string]any)
	var got []string
	for _, e := range streams["elements"].([]any) {
		element := e.(map[string]any)
		still := element["data"].(map[string]any)["com.linkedin.digitalmedia.mediaartifact.StillImage"].(map[string]any)
		identifier := element["identifiers"].([]any)[0].(map[string]any)
		expires := identifier["identifierExpiresInSeconds"].(float64)
		if !strings.Contains(identifier["identifier"].(string), fmt.Sprintf("?e=%.0f&", expires)) || int64(expires) < v.server.Now().Unix() {
			t.Errorf("identifier %v; want an address that expires at the same absolute time", identifier)
		}
		got = append(got, fmt.Sprint(still["storageSize"].(map[string]any)["width"]))
	}
	if want := []string{"100", "200", "400", "800"}; !cmp.Equal(got, want) {
		t.Errorf("fixture 30: widths %v, want %v", got, want)
	}
	v.server.SetQuirks(sandbox.Quirks{ThrottledPictures: true})
	a := v.get(path)
	failed := a.json(t)["profilePicture"].(map[string]any)["displayImage!"]
	want := problem(429, 101, "", "Resource level throttle limit for calls to this resource is reached.")
	if diff := cmp.Diff(want, failed); diff != "" || a.Status != http.StatusOK {
		t.Errorf("fixture 31: status %d (-want +got):\n%s", a.Status, diff)
	}
}
