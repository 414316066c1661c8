package connector

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/plugin"
)

// readPeople finds every id in memory or at LinkedIn, in batches of the size
// of the settings. A failure of the first call is one of all; later ones cost
// only the people whom they asked for.
func (s *session) readPeople(ctx context.Context, ids []string, f fields, age time.Duration) (*peopleReply, error) {
	all := newPeopleReply()
	var missing []string
	for _, id := range unique(ids) {
		if p, ok := s.recallPerson(ctx, id, f, age); ok {
			all.found[id] = p
		} else {
			missing = append(missing, id)
		}
	}
	m := meterOf(ctx)
	for part := range slices.Chunk(missing, s.conn.settings.BatchSize) {
		m.answered(false, 0)
		if !m.affords() {
			all.fail(part, unpaid())
			continue
		}
		reply, err := s.readPart(ctx, part, f)
		if err == nil {
			maps.Copy(all.found, reply.found)
			maps.Copy(all.failed, reply.failed)
			continue
		}
		e := classify(err, &situation{target: targetPeople, connection: s.conn.name, ended: ctx.Err()})
		if len(all.found)+len(all.failed) == 0 || ctx.Err() != nil {
			return nil, e
		}
		all.fail(part, e)
	}
	return all, nil
}

// fail gives members an error.
func (r *peopleReply) fail(ids []string, e *plugin.Error) {
	for _, id := range ids {
		r.failed[id] = e
	}
}

// readPart reads as many members as one call may ask for, or each alone where
// LinkedIn refuses batches, as in the development tier of Community
// Management. learn.microsoft.com/linkedin/marketing/increasing-access, 2026-11-24.
func (s *session) readPart(ctx context.Context, ids []string, f fields) (*peopleReply, error) {
	if len(ids) == 1 && s.conn.settings.BatchSize == 1 {
		return s.alone(ctx, ids[0], f)
	}
	reply, refusal := s.askPeople(ctx, ids, f)
	if !refusesBatch(refusal) || s.refusedSingly(ctx) {
		return reply, refusal
	}
	if reply = s.readSingly(ctx, ids, f); reply == nil {
		return nil, refusal
	}
	tellSingly(meterOf(ctx))
	return reply, nil
}

// refusesBatch reports whether an error may be about batches only: a 403. A 404
// is about the path.
func refusesBatch(err error) bool {
	return plugin.KindOf(err) == plugin.Forbidden && plugin.AsError(err).HTTPStatus == 403 && plugin.AsError(err).Pointer == ""
}

// enoughRefusals is after how many refusals of single members nobody else is
// asked for: LinkedIn refuses the application, not a member who hides.
const enoughRefusals = 3

// readSingly reads members one by one. It returns nil when LinkedIn refuses
// all that were tried.
func (s *session) readSingly(ctx context.Context, ids []string, f fields) *peopleReply {
	reply, refused := newPeopleReply(), 0
	for i, id := range ids {
		if !meterOf(ctx).affords() {
			reply.fail(ids[i:], unpaid())
			break
		}
		began := time.Now()
		p, life, err := s.askPerson(ctx, id, f)
		if err != nil {
			e := plugin.AsError(err)
			if reply.failed[id] = e; e.Kind == plugin.Forbidden {
				refused++
			}
			if refused == i+1 && (refused == enoughRefusals || refused == len(ids)) {
				s.note(ctx, actionSingly, trial{Status: e.HTTPStatus, Code: e.VendorCode})
				return nil
			}
			continue
		}
		s.note(ctx, actionSingly, trial{OK: true})
		s.asked.add(f.coverage())
		s.conn.owner.answers.Put(cache.Key{Viewer: s.memory, Request: f.memoryKey(personMemory(id))}, p, began, life)
		reply.found[id] = p
	}
	return reply
}

// actionSingly is the name under which is remembered whether get_people gets
// on without batches.
const actionSingly = "get_people singly"

// readsSingly reports whether batches were refused within the last day.
func (s *session) readsSingly(ctx context.Context) bool { return s.refusedTrial(ctx, actionBatch) }

// refusedSingly reports whether single members were refused within the last
// day, after batches were.
func (s *session) refusedSingly(ctx context.Context) bool { return s.refusedTrial(ctx, actionSingly) }

func (s *session) refusedTrial(ctx context.Context, name string) bool {
	t, ok, err := s.conn.access.last(ctx, name, s.conn.clock.now())
	return err == nil && ok && !t.OK
}

// tellSingly says why so many calls were spent.
func tellSingly(m *meter) {
	m.notice("no_batch", "LinkedIn does not let this application read several people with one call; they are read one by one, each for a call of the daily limit")
}

// unpaid is for people whom the step could not afford to read.
func unpaid() *plugin.Error {
	return &plugin.Error{
		Kind: plugin.QuotaExhausted, Source: plugin.SourceUser, Retryable: true, Pointer: "/max_calls", Effect: plugin.EffectNone,
		Message: "the step had spent its max_calls before it came to this person",
		Hint:    "Ask for this person in another step, or raise max_calls.",
	}
}
