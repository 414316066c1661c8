package connector

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// batchSize is how many people one call asks for. LinkedIn does not say what
// it takes; 50 is what its own samples of other resources use.
const batchSize = 50

// peopleBatch reads many members with few calls.
type peopleBatch struct {
	s      *session
	fields fields
	age    time.Duration

	found  map[string]*memberAnswer // by id
	failed map[string]*plugin.Error // by id
}

// read finds every id in memory or at LinkedIn: afterwards each is in found or
// in failed. A failure of the first call is one of all; later ones cost only
// the people whom they asked for.
func (b *peopleBatch) read(ctx context.Context, ids []string) error {
	b.found, b.failed = make(map[string]*memberAnswer), make(map[string]*plugin.Error)
	var missing []string
	for _, id := range unique(ids) {
		if p, ok := b.s.recall(ctx, batchKey(id, b.fields), b.age); ok {
			b.found[id] = p
		} else {
			missing = append(missing, id)
		}
	}
	for part := range slices.Chunk(missing, batchSize) {
		err := b.ask(ctx, part)
		if err == nil {
			continue
		}
		e := classify(err, &situation{target: targetPeople, connection: b.s.conn.name, ended: ctx.Err()})
		if len(b.found)+len(b.failed) == 0 || ctx.Err() != nil {
			return e
		}
		for _, id := range part {
			b.failed[id] = e
		}
	}
	return nil
}

// ask reads some people with one call.
func (b *peopleBatch) ask(ctx context.Context, ids []string) error {
	meterOf(ctx).answered(false, 0)
	projection, err := query(b.projection())
	if err != nil {
		return err
	}
	call := restli.Call{Method: restli.BatchGet, Path: pathPeople, Query: projection}
	for _, id := range ids {
		call.Keys = append(call.Keys, restli.Key("id", restli.String(id)))
	}
	body, err := b.s.ask(ctx, &question{action: "get_people", target: targetPeople, call: call})
	if err != nil {
		return err
	}
	reply, err := restli.DecodeBatch[entity](body)
	if err != nil {
		return err
	}
	for _, id := range ids {
		b.take(ctx, reply, id)
	}
	return nil
}

// projection is what to ask for of each person.
func (b *peopleBatch) projection() restli.Projection {
	p := b.fields.projection()
	if len(p) == 0 {
		return nil
	}
	return restli.Projection{{Name: "results", Each: true, Fields: p}, {Name: "statuses"}, {Name: "errors"}}
}

// take sorts one person of a reply into found or failed.
func (b *peopleBatch) take(ctx context.Context, reply *restli.Batch[entity], id string) {
	e, err := reply.Get(id)
	switch {
	case errors.Is(err, restli.ErrNoAnswer):
		b.failed[id] = noSuchPerson()
	case err != nil:
		b.failed[id] = classify(err, b.s.situation(ctx, &question{action: "get_people", target: targetPerson}, ""))
	case e.ID == privateID:
		b.failed[id] = privatePerson()
	default:
		e.ID = id
		p := &memberAnswer{member: e.told(b.fields), pictureFailed: e.ProfilePicture.failed()}
		b.found[id] = p
		b.s.keep(ctx, batchKey(id, b.fields), p)
	}
}

// batchKey is the key under which people are remembered that a batch has
// found. It differs from that of single people: see recall.
func batchKey(id string, f fields) string { return "batch/" + id + "?" + f.key() }

// errForgotten is what a look into memory ends in that finds nothing.
var errForgotten = errors.New("not in memory")

// recall looks a person up in memory and asks nobody. The cache has no such
// call, so this is a load that fails. Whoever joins it gets that failure, so
// it must be used with keys that nothing else loads.
func (s *session) recall(ctx context.Context, key string, age time.Duration) (*memberAnswer, bool) {
	if age <= 0 {
		return nil, false
	}
	hit, err := s.conn.owner.answers.Get(ctx, cache.Key{Viewer: s.memory, Request: key}, age,
		func(context.Context) (answer, time.Duration, error) { return nil, 0, errForgotten })
	if err != nil {
		return nil, false
	}
	meterOf(ctx).answered(true, hit.Age)
	return hit.Value.(*memberAnswer), true
}

// keep puts a person into memory.
func (s *session) keep(ctx context.Context, key string, p *memberAnswer) {
	_, _ = s.conn.owner.answers.Get(ctx, cache.Key{Viewer: s.memory, Request: key}, 0,
		func(context.Context) (answer, time.Duration, error) { return p, p.life(s.conn.clock.now()), nil })
}
