package connector

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/restli"
)

// listing is a list of people that LinkedIn gives page by page.
type listing struct {
	action string
	target target
	call   restli.Call // without start and count
	people func(list *restli.Collection, f fields) ([]Person, error)
	asks   fields // what LinkedIn is asked to tell of each person; none: it tells what it tells

	keep   func(*Person) bool // whom the connector lets through; nil: everybody
	upPage int                // page size to ask LinkedIn for; 0: that of the step
	single bool               // one reply is all there is: no start and no count is sent
	window int64              // LinkedIn shows no more people than that; 0: not known
}

// fixed reports whether the same place gives the same page, however many
// people the step wants.
func (l *listing) fixed() bool { return l.single || l.upPage > 0 }

// peoplePage is one page of a listing.
type peoplePage struct {
	people []Person
	list   *restli.Collection // as it came; the pager reads it
	bytes  int

	picturesFailed, peopleFailed bool // of some people
}

// size implements answer.
func (p *peoplePage) size() int { return 2 * p.bytes }

// life is how long the page may be kept.
func (p *peoplePage) life(now time.Time) time.Duration {
	life := cache.MaxAge
	for i := range p.people {
		life = p.people[i].Picture.life(life, now)
	}
	return life
}

// decode reads a page.
func (l *listing) decode(body []byte, f fields) (*peoplePage, error) {
	list, err := restli.DecodeCollection(body)
	if err != nil {
		return nil, err
	}
	people, err := l.people(list, f)
	if err != nil {
		return nil, err
	}
	page := &peoplePage{list: list, people: people, bytes: len(body)}
	for _, raw := range list.Elements {
		failed, err := restli.FailedDecorations(raw)
		if err != nil {
			continue
		}
		for _, f := range failed {
			page.picturesFailed = page.picturesFailed || f.Field == "displayImage"
			page.peopleFailed = page.peopleFailed || f.Field != "displayImage"
		}
	}
	return page, nil
}

// tell says which parts of the page LinkedIn could not show.
func (p *peoplePage) tell(m *meter, f fields) {
	if p.picturesFailed && f.has("picture") {
		m.notice("picture_unavailable", "LinkedIn could not show some pictures this time")
	}
	if p.peopleFailed && f.coverage() != 0 {
		m.notice("person_unavailable", "LinkedIn could not tell more than the id of some people this time")
	}
}

// decorated reads elements that hold the URN of a person and, where the
// projection asks for it, the person: "entity" and "entity~", or "to" and
// "to~".
func decorated(name string) func(*restli.Collection, fields) ([]Person, error) {
	return func(list *restli.Collection, f fields) ([]Person, error) {
		people := make([]Person, 0, len(list.Elements))
		elements, err := restli.Elements[map[string]json.RawMessage](list)
		if err != nil {
			return nil, err
		}
		for i, e := range elements {
			p, err := decoratedPerson(e[name], e[name+"~"], f)
			if err != nil {
				return nil, err
			}
			if f.has(rawField) {
				p.Raw = list.Elements[i]
			}
			people = append(people, p)
		}
		return people, nil
	}
}

// decoratedPerson is one person of a page. One who hides is known by the id
// only.
func decoratedPerson(urn, card json.RawMessage, f fields) (Person, error) {
	id, err := personOf(urn)
	if err != nil {
		return Person{}, err
	}
	var p Person
	if len(card) > 0 {
		var e *entity
		if err := json.Unmarshal(card, &e); err != nil {
			return p, &restli.ShapeError{Want: "person of a list", Reason: "another shape", Err: err}
		}
		if p.Private = e != nil && e.ID == privateID; e != nil && !p.Private {
			p.Member = e.told(f)
		}
	}
	p.ID, p.URN = id, personURN(id)
	return p, nil
}

// personOf reads the URN of a person.
func personOf(text json.RawMessage) (string, error) {
	var urn string
	if err := json.Unmarshal(text, &urn); err != nil {
		return "", &restli.ShapeError{Want: "person of a list", Reason: "the URN is missing or no text", Err: err}
	}
	id, ok := strings.CutPrefix(urn, personURNPrefix)
	if !ok || id == "" {
		return "", &restli.ShapeError{Want: "person of a list", Reason: "the URN is not that of a person"}
	}
	return id, nil
}

// card is the projection to the people of a list; none where LinkedIn's default
// is enough, which is the URN of each.
func card(name string, f fields) restli.Projection {
	if !f.has(wholeField) && !f.hasAny("name", "given_name", "family_name", "headline", "vanity_name", "profile_url", "picture") {
		return nil
	}
	return restli.Projection{
		{Name: "elements", Each: true, Fields: restli.Projection{{Name: name, Expand: []restli.Expansion{{Fields: f.projection()}}}}},
		{Name: "paging"},
	}
}
