package sandbox

import (
	"strings"

	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

const (
	userinfoPath = "/v2/userinfo"
	mePath       = "/v2/me"
	personPath   = "/v2/people/"
	batchPath    = "/v2/people"
	emailPath    = "/v2/emailAddress"
)

// profileFixtures are 23 to 38.
func profileFixtures() []fixture {
	return []fixture{
		{number: 23, name: "userinfo_full", path: userinfoPath, answer: built(func(c *call) any {
			c.token.member, c.token.scopes = 0, productScopes[SignIn]
			return c.server.claims(c.token.grant)
		})},
		{number: 24, name: "userinfo_no_email_no_picture", path: userinfoPath, answer: edited(func(body map[string]any) {
			for _, name := range []string{"email", "email_verified", "picture"} {
				delete(body, name)
			}
		})},
		{number: 25, name: "userinfo_locale_object", path: userinfoPath, answer: edited(func(body map[string]any) {
			body["locale"] = locale("en_US")
		})},
		{number: 26, name: "me_lite", path: mePath, answer: myself("(id,firstName,lastName,localizedFirstName,localizedLastName,profilePicture)", nil)},
		{number: 27, name: "me_basic", path: mePath, answer: myself("", nil)},
		{number: 28, name: "me_multilocale", path: mePath, answer: myself("", func(me map[string]any) {
			for _, name := range []string{"firstName", "lastName"} {
				text := me["localized"+strings.ToUpper(name[:1])+name[1:]]
				me[name] = map[string]any{"localized": map[string]any{"en_US": text, "de_DE": text}, "preferredLocale": locale("en_US")}
			}
		})},
		{number: 29, name: "me_no_picture", path: mePath, answer: myself("", func(me map[string]any) { delete(me, "profilePicture") })},
		{number: 30, name: "me_with_picture", path: mePath, answer: myself("(id,profilePicture(displayImage~:playableStreams))", nil)},
		{number: 31, name: "me_picture_throttled", path: mePath, answer: myself("", func(me map[string]any) {
			me["profilePicture"] = map[string]any{"displayImage": assetPrefix + "C4D03AQEXAMPLE", "displayImage!": throttledField()}
		})},
		{number: 32, name: "person_public", path: personPath, answer: built(func(c *call) any { return c.example() })},
		{number: 33, name: "person_private", path: personPath, answer: built(func(*call) any { return privateEntity() })},
		{number: 34, name: "person_foreign_id", path: personPath, answer: failing(noEntity)},
		{number: 35, name: "people_batch_partial", path: batchPath, answer: built(func(c *call) any {
			return c.batchOf(nil, &noEntity, &hiddenMember)
		})},
		{number: 36, name: "people_batch_all_failed", path: batchPath, answer: built(func(c *call) any { return c.batchOf(&noEntity) })},
		{number: 37, name: "email_found", path: emailPath, answer: built(func(c *call) any {
			return map[string]any{"elements": []any{map[string]any{
				"handle": handleURN(c.token.member), "handle~": map[string]any{"emailAddress": "ada@example.com"},
			}}}
		})},
		{number: 38, name: "email_empty", path: emailPath, answer: built(func(*call) any { return map[string]any{"elements": []any{}} })},
	}
}

// myself shows the first member, who has every field, with the fields of a projection.
func myself(projection string, edit func(map[string]any)) answerFunc {
	return built(func(c *call) any {
		c.token.member, c.quirks.ThrottledPictures = 0, false
		me := c.entity(0)
		if projection != "" {
			mask, _ := protocol.ParseMask(projection) // a constant
			me = c.project(me, mask)
		}
		if edit != nil {
			edit(me)
		}
		return me
	})
}

// example is some public member with the lite fields.
func (c *call) example() map[string]any {
	entity, _ := c.pick(c.entity(c.publicMembers(1)[0]), nil, nil, liteFields)
	return entity
}

// publicMembers returns the first n members who do not hide, or fewer.
func (c *call) publicMembers(n int) []int {
	var found []int
	for i := 0; i < c.server.crowd.Len() && len(found) < n; i++ {
		if !c.server.crowd.Member(i).Private {
			found = append(found, i)
		}
	}
	return found
}

// batchOf answers the ids of the request with these outcomes in turn; nil is a success.
func (c *call) batchOf(outcomes ...*apiError) map[string]any {
	results, statuses, failures := map[string]any{}, map[string]any{}, map[string]any{}
	for i, key := range c.params.Get("ids").Items {
		id, _ := key.Field("id")
		text := "(id:" + protocol.Reduce(id) + ")"
		if problem := outcomes[i%len(outcomes)]; problem != nil {
			failures[text], statuses[text] = problem, problem.Status
			continue
		}
		person := c.example()
		person["id"] = id
		results[text], statuses[text] = person, 200
	}
	return map[string]any{"results": results, "statuses": statuses, "errors": failures}
}
