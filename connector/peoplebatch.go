package connector

import (
	"context"
	"errors"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// peopleReply is what is known of many members: each is in one of the two.
type peopleReply struct {
	found  map[string]*memberAnswer // by id; who is not there is among them
	failed map[string]*plugin.Error // by id
}

func newPeopleReply() *peopleReply {
	return &peopleReply{found: make(map[string]*memberAnswer), failed: make(map[string]*plugin.Error)}
}

// has reports whether the reply knows of a member.
func (r *peopleReply) has(id string) bool { return r.found[id] != nil || r.failed[id] != nil }

// of is one member's part of the reply, as a load of the cache.
func (r *peopleReply) of(id string, s *session) (*memberAnswer, time.Duration, error) {
	if e := r.failed[id]; e != nil {
		return nil, 0, e
	}
	p := r.found[id]
	return p, p.life(s.conn.clock.now()), nil
}

// askPeople reads some members with one call, and keeps what it tells.
func (s *session) askPeople(ctx context.Context, ids []string, f fields) (*peopleReply, error) {
	projection, err := query(batchProjection(f))
	if err != nil {
		return nil, err
	}
	call := restli.Call{Method: restli.BatchGet, Path: pathPeople, Query: projection}
	for _, id := range ids {
		call.Keys = append(call.Keys, restli.Key("id", restli.String(id)))
	}
	began := time.Now()
	body, err := s.ask(ctx, &question{action: actionBatch, target: targetPeople, call: call})
	if err != nil {
		return nil, err
	}
	batch, err := restli.DecodeBatch[entity](body)
	if err != nil {
		return nil, classify(err, &situation{target: targetPeople, connection: s.conn.name})
	}
	s.asked.add(f.coverage())
	reply := newPeopleReply()
	for _, id := range ids {
		s.take(ctx, reply, batch, id, f)
		if p := reply.found[id]; p != nil {
			s.conn.owner.answers.Put(cache.Key{Viewer: s.memory, Request: f.memoryKey(personMemory(id))}, p, began, p.life(s.conn.clock.now()))
		}
	}
	return reply, nil
}

// actionBatch is the action whose trials tell whether LinkedIn takes batches.
const actionBatch = "get_people"

// batchProjection is what to ask for of each person.
func batchProjection(f fields) restli.Projection {
	p := f.projection()
	if len(p) == 0 {
		return nil
	}
	return restli.Projection{{Name: "results", Each: true, Fields: p}, {Name: "statuses"}, {Name: "errors"}}
}

// take sorts one person of a batch into found or failed.
func (s *session) take(ctx context.Context, reply *peopleReply, batch *restli.Batch[entity], id string, f fields) {
	e, err := batch.Get(id)
	if err == nil {
		p := e.answer(f)
		if p.absent == nil {
			p.member.ID, p.member.URN = id, personURN(id)
		}
		reply.found[id] = p
		return
	}
	failure := noSuchPerson()
	if !errors.Is(err, restli.ErrNoAnswer) {
		failure = classify(err, s.situation(ctx, &question{action: actionBatch, target: targetPerson}, ""))
	}
	if failure.Kind == plugin.NotFound {
		reply.found[id] = &memberAnswer{absent: failure}
		return
	}
	reply.failed[id] = failure
}

// alone reads one member with a call of its own.
func (s *session) alone(ctx context.Context, id string, f fields) (*peopleReply, error) {
	p, _, err := s.askPerson(ctx, id, f)
	if err != nil {
		return nil, err
	}
	reply := newPeopleReply()
	reply.found[id] = p
	return reply, nil
}
