package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"

	"github.com/linkstep/linkstep/plugin"
)

// Keys of the store. Those of a connection begin with its prefix and are
// deleted with it; these outlive connections.
const (
	connectorName = "linkedin"
	quotaPrefix   = connectorName + "/quota/"
	clockPrefix   = connectorName + "/clock/"
	accessPrefix  = connectorName + "/access/"
	cursorKeyName = connectorName + "/cursor-key"
)

// state keeps small values in the host's store, or in memory without one. It
// is safe for concurrent use. Its errors are those of the store.
type state struct {
	store plugin.Store // nil: memory

	mu      sync.Mutex // guards the fields below
	memory  map[string]memoryValue
	sealing []byte // the key of cursors; nil: not read yet
}

type memoryValue struct {
	value    []byte
	revision int64
}

// get returns a value and its revision, 0 when there is none.
func (s *state) get(ctx context.Context, key string) ([]byte, int64, error) {
	if s.store != nil {
		got, err := s.store.Get(ctx, &plugin.GetRequest{Key: key})
		if err != nil {
			return nil, 0, err
		}
		return got.Value, got.Revision, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.memory[key]
	return v.value, v.revision, nil
}

// swap writes a value if the key's revision is still the one given, and says
// whether it did and which revision the key has now.
func (s *state) swap(ctx context.Context, key string, value []byte, revision int64) (bool, int64, error) {
	if s.store != nil {
		out, err := s.store.Swap(ctx, &plugin.SwapRequest{Key: key, Value: value, Revision: revision})
		if err != nil {
			return false, 0, err
		}
		return out.Swapped, out.Revision, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.memory[key].revision; have != revision {
		return false, have, nil
	}
	if s.memory == nil {
		s.memory = make(map[string]memoryValue)
	}
	s.memory[key] = memoryValue{bytes.Clone(value), revision + 1}
	return true, revision + 1, nil
}

// put writes a value over whatever there is.
func (s *state) put(ctx context.Context, key string, value []byte) error {
	_, revision, err := s.get(ctx, key)
	for err == nil {
		var swapped bool
		if swapped, revision, err = s.swap(ctx, key, value, revision); swapped {
			return nil
		}
	}
	return err
}

// drop deletes all keys with a prefix.
func (s *state) drop(ctx context.Context, prefix string) error {
	if s.store != nil {
		_, err := s.store.Delete(ctx, &plugin.DeleteRequest{Prefix: prefix})
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.memory {
		if strings.HasPrefix(key, prefix) {
			delete(s.memory, key)
		}
	}
	return nil
}

// getJSON reads a value into v and says whether there is one. One that cannot
// be read counts as absent: it is of another version of the connector.
func (s *state) getJSON(ctx context.Context, key string, v any) (bool, error) {
	value, revision, err := s.get(ctx, key)
	if err != nil || revision == 0 {
		return false, err
	}
	return json.Unmarshal(value, v) == nil, nil
}

// putJSON writes v over whatever there is.
func (s *state) putJSON(ctx context.Context, key string, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.put(ctx, key, value)
}
