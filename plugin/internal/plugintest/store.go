package plugintest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// Store is a [plugin.Store] in memory, which takes every key. The zero value
// is ready. It is safe for concurrent use.
type Store struct {
	mu       sync.Mutex // guards the fields below
	values   map[string]value
	revision int64
	leases   map[string]lease
	counters map[string]plugin.Counter
}

type value struct {
	bytes    []byte
	revision int64
}

type lease struct {
	holder string
	until  time.Time
}

var _ plugin.Store = (*Store)(nil)

// Get implements [plugin.Store].
func (s *Store) Get(_ context.Context, req *plugin.GetRequest) (*plugin.GetResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.values[req.Key]
	return &plugin.GetResponse{Value: slices.Clone(v.bytes), Revision: v.revision}, nil
}

// Swap implements [plugin.Store].
func (s *Store) Swap(_ context.Context, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.values[req.Key]; old.revision != req.Revision {
		return &plugin.SwapResponse{Revision: old.revision}, nil
	}
	if s.values == nil {
		s.values = make(map[string]value)
	}
	s.revision++
	s.values[req.Key] = value{slices.Clone(req.Value), s.revision}
	return &plugin.SwapResponse{Swapped: true, Revision: s.revision}, nil
}

// Delete implements [plugin.Store].
func (s *Store) Delete(_ context.Context, req *plugin.DeleteRequest) (*plugin.DeleteResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.values)
	maps.DeleteFunc(s.values, func(key string, _ value) bool {
		return key == req.Key || (req.Prefix != "" && strings.HasPrefix(key, req.Prefix))
	})
	return &plugin.DeleteResponse{Deleted: int64(before - len(s.values))}, nil
}

// List implements [plugin.Store].
func (s *Store) List(_ context.Context, req *plugin.ListRequest) (*plugin.ListResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &plugin.ListResponse{}
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		if strings.HasPrefix(key, req.Prefix) && key > req.After && (req.Limit == 0 || len(out.Keys) < req.Limit) {
			out.Keys = append(out.Keys, key)
		}
	}
	return out, nil
}

// Lease implements [plugin.Store].
func (s *Store) Lease(_ context.Context, req *plugin.LeaseRequest) (*plugin.LeaseResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	l, taken := s.leases[req.Key]
	taken = taken && now.Before(l.until)
	switch {
	case taken && l.holder != req.Holder:
		return &plugin.LeaseResponse{Until: l.until}, nil
	case req.TTL == 0:
		delete(s.leases, req.Key)
		return &plugin.LeaseResponse{}, nil
	}
	if s.leases == nil {
		s.leases = make(map[string]lease)
	}
	l = lease{req.Holder, now.Add(req.TTL)}
	s.leases[req.Key] = l
	return &plugin.LeaseResponse{Held: true, Until: l.until}, nil
}

// Count implements [plugin.Store].
func (s *Store) Count(_ context.Context, req *plugin.CountRequest) (*plugin.CountResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &plugin.CountResponse{Granted: true}
	fresh := maps.Clone(s.counters)
	if fresh == nil {
		fresh = make(map[string]plugin.Counter)
	}
	for i, add := range req.Adds {
		c := fresh[add.Key]
		if add.Window > c.Window {
			c = plugin.Counter{Key: add.Key, Window: add.Window}
		}
		c.Used = max(0, c.Used+add.N)
		if add.Limit > 0 && c.Used > add.Limit && out.Granted {
			out.Granted, out.Refused = false, i
		}
		fresh[add.Key] = c
	}
	if out.Granted {
		s.counters = fresh
	}
	for _, add := range req.Adds {
		out.Counts = append(out.Counts, s.counters[add.Key])
	}
	return out, nil
}

// Counters implements [plugin.Store].
func (s *Store) Counters(_ context.Context, req *plugin.CountersRequest) (*plugin.CountersResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &plugin.CountersResponse{}
	for _, key := range slices.Sorted(maps.Keys(s.counters)) {
		if strings.HasPrefix(key, req.Prefix) {
			out.Counters = append(out.Counters, s.counters[key])
		}
	}
	return out, nil
}
