package restli

import (
	"bytes"
	"encoding/json"
)

// Patch is the body of a PARTIAL_UPDATE: what to change in an entity and what to leave alone.
type Patch struct {
	Set    map[string]any    // fields to set; nil sets none
	Delete []string          // fields to remove; nil removes none
	Child  map[string]*Patch // changes inside a field; nil changes none
}

// MarshalJSON writes the patch as the protocol wants it: {"patch":{"$set":{..},"$delete":[..],"child":{..}}}.
func (p *Patch) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"patch": p.tree()})
}

func (p *Patch) tree() map[string]any {
	tree := map[string]any{}
	if p == nil {
		return tree
	}
	for name, child := range p.Child {
		tree[name] = child.tree()
	}
	if len(p.Set) > 0 {
		tree["$set"] = p.Set
	}
	if len(p.Delete) > 0 {
		tree["$delete"] = p.Delete
	}
	return tree
}

// Entities is the body of a BATCH_UPDATE or, with a [*Patch] for each key, of a BATCH_PARTIAL_UPDATE.
type Entities []Entity

// Entity is one entity of [Entities].
type Entity struct {
	Key  Value
	Body any
}

// Keys returns the keys in order, for [Call].Keys.
func (e Entities) Keys() []Value {
	keys := make([]Value, len(e))
	for i, entity := range e {
		keys[i] = entity.Key
	}
	return keys
}

// MarshalJSON writes {"entities":{"key":{..}}} in order, with the keys in the reduced encoding.
func (e Entities) MarshalJSON() ([]byte, error) {
	var buf bytes.Buffer
	buf.WriteString(`{"entities":{`)
	for i, entity := range e {
		if i > 0 {
			buf.WriteByte(',')
		}
		key, err := json.Marshal(EncodeReduced(entity.Key))
		if err != nil {
			return nil, err
		}
		body, err := json.Marshal(entity.Body)
		if err != nil {
			return nil, err
		}
		buf.Write(key)
		buf.WriteByte(':')
		buf.Write(body)
	}
	buf.WriteString("}}")
	return buf.Bytes(), nil
}
