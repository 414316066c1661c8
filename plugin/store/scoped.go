package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// Scoped returns the part of a store that belongs to a connector, which is
// what a host lends to it. Keys and prefixes that do not begin with the
// connector's name and a slash are Forbidden, the empty prefix among them; so
// is everything when the name itself is empty or contains a slash.
func Scoped(s plugin.Store, connector string) plugin.Store {
	return &scoped{s: s, connector: connector}
}

type scoped struct {
	s         plugin.Store
	connector string
}

func (v *scoped) Get(ctx context.Context, req *plugin.GetRequest) (*plugin.GetResponse, error) {
	if err := v.allow(req.Key); err != nil {
		return nil, err
	}
	return v.s.Get(ctx, req)
}

func (v *scoped) Swap(ctx context.Context, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	if err := v.allow(req.Key); err != nil {
		return nil, err
	}
	return v.s.Swap(ctx, req)
}

// Delete checks both fields: the store beneath decides which of them counts.
func (v *scoped) Delete(ctx context.Context, req *plugin.DeleteRequest) (*plugin.DeleteResponse, error) {
	if req.Key != "" || req.Prefix == "" {
		if err := v.allow(req.Key); err != nil {
			return nil, err
		}
	}
	if req.Prefix != "" {
		if err := v.allow(req.Prefix); err != nil {
			return nil, err
		}
	}
	return v.s.Delete(ctx, req)
}

func (v *scoped) List(ctx context.Context, req *plugin.ListRequest) (*plugin.ListResponse, error) {
	if err := v.allow(req.Prefix); err != nil {
		return nil, err
	}
	return v.s.List(ctx, req)
}

func (v *scoped) Lease(ctx context.Context, req *plugin.LeaseRequest) (*plugin.LeaseResponse, error) {
	if err := v.allow(req.Key); err != nil {
		return nil, err
	}
	return v.s.Lease(ctx, req)
}

func (v *scoped) Count(ctx context.Context, req *plugin.CountRequest) (*plugin.CountResponse, error) {
	for _, add := range req.Adds {
		if err := v.allow(add.Key); err != nil {
			return nil, err
		}
	}
	return v.s.Count(ctx, req)
}

func (v *scoped) Counters(ctx context.Context, req *plugin.CountersRequest) (*plugin.CountersResponse, error) {
	if err := v.allow(req.Prefix); err != nil {
		return nil, err
	}
	return v.s.Counters(ctx, req)
}

// allow refuses a key or a prefix that is not the connector's own.
func (v *scoped) allow(key string) error {
	if v.connector != "" && !strings.Contains(v.connector, "/") && strings.HasPrefix(key, v.connector+"/") {
		return nil
	}
	return &plugin.Error{Kind: plugin.Forbidden, Source: plugin.SourceConnector,
		Message: fmt.Sprintf("the connector %q asked the store for %.100q, which is not its own", v.connector, key),
		Hint:    fmt.Sprintf("This is a defect of the connector: its keys begin with %q. Report it there.", v.connector+"/")}
}
