package connector

import (
	"context"
	"fmt"
	"slices"

	"github.com/linkstep/linkstep/plugin"
)

// GetPeopleInput is the input of get_people.
type GetPeopleInput struct {
	People        []PersonRef `json:"people" jsonschema:"title=People,minItems=1,maxItems=500" jsonschema_description:"Whose profiles to read: ids or URNs, as another step of this connection gives them. As many as the setting batch_size says are read with one call."`
	Fields        []string    `json:"fields,omitempty" jsonschema:"title=Fields,minItems=1,maxItems=9,uniqueItems=true,enum=id,enum=urn,enum=name,enum=given_name,enum=family_name,enum=headline,enum=vanity_name,enum=profile_url,enum=picture,default=id,default=urn,default=name,default=given_name,default=family_name,example=id,example=name,example=headline" jsonschema_description:"What to find out of each person; nothing else is requested. Left out: id, urn, name, given_name and family_name, and headline, vanity_name and profile_url where the scopes of the login allow it."`
	Raw           bool        `json:"raw,omitempty" jsonschema:"title=As LinkedIn sent it,default=false" jsonschema_description:"Also give what LinkedIn sent, unchanged, in raw. Without fields, LinkedIn is then asked for everything that it gives by default."`
	MaxCalls      int         `json:"max_calls,omitempty" jsonschema:"title=Most calls,minimum=1,maximum=500,default=10,example=10" jsonschema_description:"How many calls to LinkedIn the step may spend. When they are used up, the people who are left are among the errors."`
	MaxAgeSeconds *int64      `json:"max_age_seconds,omitempty" jsonschema:"title=Not older than,minimum=0,maximum=86400,default=300,example=300" jsonschema_description:"How old an answer from memory may be, in seconds. 0 always asks LinkedIn, which costs a call of the daily limit."`
}

// GetPeopleOutput is the output of get_people.
type GetPeopleOutput struct {
	People []Person      `json:"people" jsonschema:"title=People,maxItems=500" jsonschema_description:"The people that could be read, in the order in which they were asked for."`
	Errors []PersonError `json:"errors,omitempty" jsonschema:"title=Errors,maxItems=500" jsonschema_description:"The people that could not be read, and why. Absent when all could."`
}

// PersonError says why one of several people could not be read.
type PersonError struct {
	Person  string `json:"person" jsonschema:"title=Person,minLength=1,maxLength=114,example=782bbtaQ" jsonschema_description:"The person as the step was asked for." jsonschema_extras:"x-linkstep-type=linkedin.person_id"`
	Kind    string `json:"kind" jsonschema:"title=Kind,minLength=1,maxLength=50,example=not_found" jsonschema_description:"The kind of the error, in the words that failed steps use."`
	Message string `json:"message" jsonschema:"title=Message,minLength=1,maxLength=1000,example=LinkedIn knows no such person" jsonschema_description:"What went wrong, in one sentence."`
}

func getPeople() action {
	return newAction(plugin.ActionSpec{
		Name: "get_people", Version: "1.0.0", Title: "Get people",
		Description: "Reads the profiles of many members by id, fifty with one call. LinkedIn opens this to approved applications only.",
		Effect:      plugin.EffectRead, Idempotent: true, Access: plugin.AccessPartner, Cost: 1,
		Products: []string{productPeople},
		Examples: []plugin.Example{{
			Title: "Two people, of whom one is not known", Input: []byte(`{"people":["9HfhE6QlBz","urn:li:person:Q1w2E3r4T5"]}`),
			Output: []byte(`{"people":[{"id":"9HfhE6QlBz","urn":"urn:li:person:9HfhE6QlBz","name":"Grace Sample","given_name":"Grace","family_name":"Sample"}],` +
				`"errors":[{"person":"urn:li:person:Q1w2E3r4T5","kind":"not_found","message":"LinkedIn knows no such person"}]}`),
		}},
		ErrorKinds: readErrors(),
		Data:       othersData(),
	}, runGetPeople)
}

// runGetPeople answers with many members. One who cannot be read does not fail
// the others.
func runGetPeople(ctx context.Context, s *session, in *GetPeopleInput) (*GetPeopleOutput, error) {
	if len(in.People) == 0 || len(in.People) > 500 {
		return nil, invalidInput("/people", "1 to 500 people are needed")
	}
	ids := make([]string, len(in.People)) // in the order of the input
	for i, ref := range in.People {
		id, ok := personID(string(ref))
		if !ok {
			return nil, badPersonRef(fmt.Sprintf("/people/%d", i))
		}
		ids[i] = id
	}
	tok, err := s.tokens.Token(ctx)
	if err != nil {
		return nil, err
	}
	meterOf(ctx).limit(orDefault(in.MaxCalls, 10))
	f := wanted(in.Fields, tok.Scopes).withRaw(in.Raw, len(in.Fields) > 0)
	reply, err := s.readPeople(ctx, ids, f, maxAge(in.MaxAgeSeconds, personAge))
	if err != nil {
		return nil, err
	}
	out := &GetPeopleOutput{People: []Person{}}
	told := make(map[string]bool, len(ids))
	for i, id := range ids {
		if told[id] {
			continue
		}
		told[id] = true
		p, _, err := reply.of(id, s)
		if err == nil && p.absent == nil {
			p.give(meterOf(ctx), f)
			out.People = append(out.People, Person{Member: p.member.only(f)})
			continue
		}
		e := plugin.AsError(err)
		if err == nil {
			e = p.absent
		}
		out.Errors = append(out.Errors, PersonError{Person: string(in.People[i]), Kind: e.Kind.String(), Message: e.Message})
	}
	return out, nil
}

// unique drops ids that come again.
func unique(ids []string) []string {
	sorted := slices.Sorted(slices.Values(ids))
	return slices.Compact(sorted)
}
