package connector

import (
	"context"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// GetPersonInput is the input of get_person.
type GetPersonInput struct {
	Person        PersonRef `json:"person" jsonschema:"title=Person,example=782bbtaQ,example=urn:li:person:782bbtaQ" jsonschema_description:"Whose profile to read: a person's id or URN, as another step of this connection gives it."`
	Fields        []string  `json:"fields,omitempty" jsonschema:"title=Fields,minItems=1,maxItems=9,uniqueItems=true,enum=id,enum=urn,enum=name,enum=given_name,enum=family_name,enum=headline,enum=vanity_name,enum=profile_url,enum=picture,default=id,default=urn,default=name,default=given_name,default=family_name,example=id,example=name,example=headline" jsonschema_description:"What to find out; nothing else is requested. Left out: id, urn, name, given_name and family_name, and headline, vanity_name and profile_url where the scopes of the login allow it."`
	Raw           bool      `json:"raw,omitempty" jsonschema:"title=As LinkedIn sent it,default=false" jsonschema_description:"Also give what LinkedIn sent, unchanged, in raw. Without fields, LinkedIn is then asked for everything that it gives by default."`
	MaxAgeSeconds *int64    `json:"max_age_seconds,omitempty" jsonschema:"title=Not older than,minimum=0,maximum=86400,default=300,example=300" jsonschema_description:"How old an answer from memory may be, in seconds. 0 always asks LinkedIn, which costs a call of the daily limit."`
}

// pathPeople is where members are read by id.
const pathPeople = "/v2/people"

func getPerson() action {
	return newAction(plugin.ActionSpec{
		Name: "get_person", Version: "1.0.0", Title: "Get a person",
		Description: "Reads the profile of one member by id. LinkedIn opens this to approved applications only.",
		Effect:      plugin.EffectRead, Idempotent: true, Access: plugin.AccessPartner, Cost: 1,
		Products: []string{productPeople},
		Examples: []plugin.Example{{
			Title: "Who is it", Input: []byte(`{"person":"9HfhE6QlBz"}`),
			Output: []byte(`{"id":"9HfhE6QlBz","urn":"urn:li:person:9HfhE6QlBz","name":"Grace Sample","given_name":"Grace","family_name":"Sample"}`),
		}, {
			Title: "Name and headline only", Input: []byte(`{"person":"urn:li:person:9HfhE6QlBz","fields":["name","headline"]}`),
			Output: []byte(`{"name":"Grace Sample","headline":"Engineer at Sample Co"}`),
		}},
		ErrorKinds: readErrors(plugin.NotFound),
		Data:       othersData(),
	}, runGetPerson)
}

// runGetPerson answers with one member.
func runGetPerson(ctx context.Context, s *session, in *GetPersonInput) (*Person, error) {
	id, ok := personID(string(in.Person))
	if !ok {
		return nil, badPersonRef("/person")
	}
	tok, err := s.tokens.Token(ctx)
	if err != nil {
		return nil, err
	}
	f := wanted(in.Fields, tok.Scopes).withRaw(in.Raw, len(in.Fields) > 0)
	age := maxAge(in.MaxAgeSeconds, personAge)
	p, ok := s.recallPerson(ctx, id, f, age)
	if !ok {
		s.asked.add(f.coverage())
		p, err = remember(ctx, s, f.memoryKey(personMemory(id)), age, func(ctx context.Context) (*memberAnswer, time.Duration, error) {
			return s.people.ask(ctx, id, f)
		})
	}
	if err != nil {
		return nil, err
	}
	if p.absent != nil {
		return nil, p.absent
	}
	p.give(meterOf(ctx), f)
	return &Person{Member: p.member.only(f)}, nil
}

func badPersonRef(pointer string) *plugin.Error {
	e := invalidInput(pointer, "this is no person id: letters, digits, _ and - are allowed, with or without urn:li:person: before them")
	e.Hint = "Take id or urn from another step of this connection, for example search_people."
	return e
}

// askPerson asks for one member. One who is not there is an answer too.
func (s *session) askPerson(ctx context.Context, id string, f fields) (*memberAnswer, time.Duration, error) {
	projection, err := query(f.projection())
	if err != nil {
		return nil, 0, err
	}
	body, err := s.ask(ctx, &question{action: "get_person", target: targetPerson, call: restli.Call{
		Method: restli.Get, Path: pathPeople, Key: restli.Key("id", restli.String(id)), Query: projection,
	}})
	if plugin.KindOf(err) == plugin.NotFound {
		return &memberAnswer{absent: plugin.AsError(err)}, absenceAge, nil
	}
	if err != nil {
		return nil, 0, err
	}
	e, err := decodeEntity(body)
	if err != nil {
		return nil, 0, classify(err, &situation{target: targetPerson})
	}
	p := e.answer(f)
	return p, p.life(s.conn.clock.now()), nil
}

// memberAnswer is a member as the cache keeps one.
type memberAnswer struct {
	absent        *plugin.Error // of kind NotFound; nil: the fields below tell of the member
	member        Member
	pictureFailed bool
}

// absenceAge is how long a member is taken for absent. Errors are not kept, but
// a workflow that asks for the same lost id a hundred times spends one call.
const absenceAge = time.Minute

// answer tells an entity, or that it is hidden.
func (e *entity) answer(f fields) *memberAnswer {
	if e.ID == privateID {
		return &memberAnswer{absent: privatePerson()}
	}
	return &memberAnswer{member: e.told(f), pictureFailed: e.ProfilePicture.failed()}
}

// size implements answer.
func (p *memberAnswer) size() int { return 1<<10 + len(p.member.Raw) }

// life is how long the member may be kept.
func (p *memberAnswer) life(now time.Time) time.Duration {
	if p.absent != nil {
		return absenceAge
	}
	return p.member.Picture.life(cache.MaxAge, now)
}

// give notes whose data it is, and says what LinkedIn could not show.
func (p *memberAnswer) give(m *meter, f fields) {
	m.gave(p.member.URN)
	if p.pictureFailed && f.has("picture") {
		m.notice("picture_unavailable", "LinkedIn could not show the picture this time")
	}
}
