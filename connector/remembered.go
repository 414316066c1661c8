package connector

import (
	"context"
	"slices"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/restli"
)

// personMemory is what replies about a person are remembered under.
func personMemory(id string) string { return "person/" + id }

// cardMemory is what a page of a list told of a person is remembered under.
func cardMemory(id string) string { return "card/" + id }

// listMemory is what a page of a list is remembered under: all that it was
// asked for but the fields.
func listMemory(call *restli.Call) string {
	query := slices.DeleteFunc(slices.Clone(call.Query), func(p restli.Param) bool { return p.Name == "projection" })
	return "list/" + call.Path + "?" + call.Name + "&" + query.Encode()
}

// rememberCards keeps what a page tells of each person, so that who is looked
// up after a search need not be asked for: a page decorates its people with
// the very record that /v2/people gives.
func (s *session) rememberCards(page *peoplePage, asked fields, began time.Time) {
	if asked.has(rawField) || asked.coverage() == 0 {
		return
	}
	now := s.conn.clock.now()
	for i := range page.people {
		p := &page.people[i]
		bare := p.Name == "" && p.Headline == "" && p.VanityName == "" && p.Picture == nil // who hides, or could not be shown
		if bare || page.picturesFailed && p.Picture == nil {
			continue
		}
		a := &memberAnswer{member: p.Member}
		s.conn.owner.answers.Put(cache.Key{Viewer: s.memory, Request: asked.memoryKey(cardMemory(p.ID))}, a, began, a.life(now))
	}
}

// recallPerson looks for a person in memory and asks nobody. What a list told
// will do where LinkedIn lets the application read people: another one is
// refused whether or not it has searched before.
func (s *session) recallPerson(ctx context.Context, id string, f fields, age time.Duration) (*memberAnswer, bool) {
	if a, ok := s.recall(ctx, personMemory(id), f, age); ok {
		return a.(*memberAnswer), true
	}
	if f.has(rawField) || age == 0 || !s.readsPeople(ctx) {
		return nil, false
	}
	a, ok := s.recall(ctx, cardMemory(id), f, age)
	if !ok {
		return nil, false
	}
	return a.(*memberAnswer), true
}

// readsPeople reports whether LinkedIn has let the application read people
// within the last day.
func (s *session) readsPeople(ctx context.Context) bool {
	now := s.conn.clock.now()
	for _, action := range []string{"get_person", actionBatch} {
		if t, ok, err := s.conn.access.last(ctx, action, now); err == nil && ok && t.OK {
			return true
		}
	}
	return false
}
