package connector

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/restli"
)

// searchPage is one page of a search.
type searchPage struct {
	people []Person
	list   *restli.Collection // as it came; the pager reads it
	bytes  int
}

// size implements answer.
func (p *searchPage) size() int { return 2 * p.bytes }

// found is one element of a page: the URN of a person, and the person where
// the projection asks for it.
type found struct {
	Entity string          `json:"entity"`
	Person *entity         `json:"entity~"`
	Failed json.RawMessage `json:"entity!"` // why the person could not be told
}

// searchPage asks for the page that the walk has come to. The last one asks
// only for what is still wanted.
func (s *session) searchPage(ctx context.Context, w *searchWalk) (*searchPage, error) {
	search := s.conn.settings.Search
	q := w.pager.Query().With("count", restli.Int(int64(min(w.pageSize, w.left))))
	key := "search/" + search.Path + "?" + search.Finder + "&" + q.Encode()
	return remember(ctx, s, key, maxAge(w.in.MaxAgeSeconds, searchAge), func(ctx context.Context) (*searchPage, time.Duration, error) {
		body, err := s.ask(ctx, &question{action: "search_people", target: targetSearch, call: restli.Call{
			Method: restli.Finder, Path: search.Path, Name: search.Finder, Query: q, Version: s.conn.settings.APIVersion,
		}})
		if err != nil {
			return nil, 0, err
		}
		page, err := decodeSearchPage(body)
		if err != nil {
			return nil, 0, classify(err, &situation{target: targetSearch})
		}
		page.tellFailures(meterOf(ctx))
		return page, page.life(s.conn.clock.now()), nil
	})
}

// decodeSearchPage reads a page.
func decodeSearchPage(body []byte) (*searchPage, error) {
	list, err := restli.DecodeCollection(body)
	if err != nil {
		return nil, err
	}
	elements, err := restli.Elements[found](list)
	if err != nil {
		return nil, err
	}
	page := &searchPage{list: list, bytes: len(body), people: make([]Person, 0, len(elements))}
	for _, e := range elements {
		id, ok := strings.CutPrefix(e.Entity, personURNPrefix)
		if !ok || id == "" {
			return nil, &restli.ShapeError{Want: "found person", Reason: "entity is no URN of a person"}
		}
		page.people = append(page.people, e.person(id))
	}
	return page, nil
}

// person tells an element in the words of the actions. One who hides is known
// by the id only.
func (f *found) person(id string) Person {
	p := Person{}
	if f.Person != nil && f.Person.ID != privateID {
		p.Member = f.Person.member()
	}
	p.Private = f.Person != nil && f.Person.ID == privateID
	p.ID, p.URN = id, personURN(id)
	return p
}

// tellFailures says which parts LinkedIn could not show.
func (p *searchPage) tellFailures(m *meter) {
	elements, err := restli.Elements[found](p.list)
	if err != nil {
		return
	}
	for _, e := range elements {
		if len(e.Failed) > 0 {
			m.notice("person_unavailable", "LinkedIn could not tell more than the id of some people this time")
		}
		if e.Person != nil && e.Person.ProfilePicture.failed() {
			m.notice("picture_unavailable", "LinkedIn could not show some pictures this time")
		}
	}
}

// life is how long the page may be kept.
func (p *searchPage) life(now time.Time) time.Duration {
	life := cache.MaxAge
	for i := range p.people {
		life = p.people[i].Picture.life(life, now)
	}
	return life
}
