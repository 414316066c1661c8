package sandbox

import (
	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

// defaultMaxBatch is the most ids in one batch; LinkedIn does not say its own.
const defaultMaxBatch = 100

// person is one member by id.
func (c *call) person() (any, *apiError) {
	key, err := protocol.ParseKey(c.key, c.protocol)
	if err != nil {
		return nil, &pathSyntax
	}
	id, ok := key.Field("id")
	if !ok || len(key.Fields) != 1 {
		return nil, &pathSyntax
	}
	return c.personByID(id)
}

// personByID shows a member, with the lite fields unless the projection asks for more.
func (c *call) personByID(id string) (any, *apiError) {
	member, found := c.server.ids.member(c.token.client.ID, id)
	if !found {
		return nil, &noEntity
	}
	if c.server.crowd.Member(member).Private && member != c.token.member {
		switch c.quirks.PrivateMembers {
		case PrivateNotFound:
			return nil, &noEntity
		case PrivateForbidden:
			return nil, &hiddenMember
		}
	}
	entity, refusal := c.pick(c.entity(member), c.mask, basicFields, liteFields)
	return entity, refusal
}

// peopleBatch is many members by id. One that fails does not fail the others.
func (c *call) peopleBatch() (any, *apiError) {
	keys, refusal := c.batchKeys()
	if refusal != nil {
		return nil, refusal
	}
	mask := c.mask
	c.mask = batchMask(mask)
	results, statuses, failures := map[string]any{}, map[string]any{}, map[string]any{}
	for _, key := range keys {
		entity, refusal := c.personByID(key.id)
		if refusal != nil {
			failures[key.text] = refusal
			statuses[key.text] = refusal.Status
			continue
		}
		results[key.text] = entity
		statuses[key.text] = 200
	}
	return map[string]any{"results": results, "statuses": statuses, "errors": failures}, nil
}

// batchMask finds the part of a projection that speaks of each entity: (results*(id)). One that does
// not name results is taken to mean the entities, as the parameter fields does.
func batchMask(mask *protocol.Mask) *protocol.Mask {
	if mask == nil {
		return nil
	}
	for _, f := range mask.Fields {
		if f.Name == "results" {
			return f.Mask
		}
	}
	return mask
}

// batchKey is one key of a batch: the id, and the text under which the answer has it.
type batchKey struct{ id, text string }

// batchKeys reads the parameter ids: List((id:A),(id:B)) under protocol 2.0, repeated id=A under 1.0.
func (c *call) batchKeys() ([]batchKey, *apiError) {
	if !c.params.Has("ids") {
		return nil, &noResource // reading all members is no method of the resource
	}
	refusal := badParam("ids")
	var values []protocol.Value
	if c.protocol == protocol.V1 {
		for _, v := range c.params.All("ids") {
			key, err := protocol.ParseKey(v.Text, protocol.V1)
			if err != nil {
				return nil, &refusal
			}
			values = append(values, key)
		}
	} else {
		list := c.params.Get("ids")
		if list.Kind != protocol.List {
			return nil, &refusal
		}
		values = list.Items
	}
	maxBatch := c.quirks.MaxBatch
	if maxBatch == 0 {
		maxBatch = defaultMaxBatch
	}
	if len(values) > maxBatch {
		return nil, &refusal
	}
	keys := make([]batchKey, len(values))
	for i, v := range values {
		id, ok := v.Field("id")
		if !ok || len(v.Fields) != 1 {
			return nil, &refusal
		}
		keys[i] = batchKey{id: id, text: "(id:" + protocol.Reduce(id) + ")"}
		if c.protocol == protocol.V1 {
			keys[i].text = "id=" + id
		}
	}
	return keys, nil
}
