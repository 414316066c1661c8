package host

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// bind returns the view of a store that a connector gets: only keys below its
// own name. Hide hears of every secret that is read through it.
func bind(store plugin.Store, connector string, hide func(string)) plugin.Store {
	return &bound{store: store, prefix: connector + "/", hide: hide}
}

type bound struct {
	store  plugin.Store
	prefix string
	hide   func(string)
}

// allow refuses a key or a prefix outside the connector's own.
func (b *bound) allow(key string) error {
	if strings.HasPrefix(key, b.prefix) && !strings.Contains(key, "\x00") {
		return nil
	}
	return &plugin.Error{
		Kind: plugin.Forbidden, Source: plugin.SourceConnector, Effect: plugin.EffectNone,
		Message: fmt.Sprintf("the key %q is not the connector's own", key),
		Hint:    fmt.Sprintf("Keys begin with %q.", b.prefix),
	}
}

func (b *bound) Get(ctx context.Context, req *plugin.GetRequest) (*plugin.GetResponse, error) {
	if err := b.allow(req.Key); err != nil {
		return nil, err
	}
	out, err := b.store.Get(ctx, req)
	if err == nil {
		b.hideValue(out.Value)
	}
	return out, err
}

func (b *bound) Swap(ctx context.Context, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	if err := b.allow(req.Key); err != nil {
		return nil, err
	}
	b.hideValue(req.Value)
	return b.store.Swap(ctx, req)
}

func (b *bound) Delete(ctx context.Context, req *plugin.DeleteRequest) (*plugin.DeleteResponse, error) {
	key := req.Key
	if key == "" {
		key = req.Prefix
	} else if req.Prefix != "" {
		return nil, &plugin.Error{
			Kind: plugin.Forbidden, Source: plugin.SourceConnector, Effect: plugin.EffectNone,
			Message: "a key and a prefix are to be deleted at once", Hint: "Set one of them.",
		}
	}
	if err := b.allow(key); err != nil {
		return nil, err
	}
	return b.store.Delete(ctx, req)
}

func (b *bound) List(ctx context.Context, req *plugin.ListRequest) (*plugin.ListResponse, error) {
	if err := b.allow(req.Prefix); err != nil {
		return nil, err
	}
	return b.store.List(ctx, req)
}

func (b *bound) Lease(ctx context.Context, req *plugin.LeaseRequest) (*plugin.LeaseResponse, error) {
	if err := b.allow(req.Key); err != nil {
		return nil, err
	}
	return b.store.Lease(ctx, req)
}

func (b *bound) Count(ctx context.Context, req *plugin.CountRequest) (*plugin.CountResponse, error) {
	for _, add := range req.Adds {
		if err := b.allow(add.Key); err != nil {
			return nil, err
		}
	}
	return b.store.Count(ctx, req)
}

func (b *bound) Counters(ctx context.Context, req *plugin.CountersRequest) (*plugin.CountersResponse, error) {
	if err := b.allow(req.Prefix); err != nil {
		return nil, err
	}
	return b.store.Counters(ctx, req)
}

// secretMin is the length from which a text in a stored document is taken for
// a secret: LinkedIn's tokens have some 500 characters.
const secretMin = 32

// hideValue passes the long texts of a JSON document to hide. What is no JSON
// is hidden whole.
func (b *bound) hideValue(doc []byte) {
	var value any
	if json.Unmarshal(doc, &value) != nil {
		b.hide(string(doc))
		return
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if len(v) >= secretMin {
				b.hide(v)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(value)
}
