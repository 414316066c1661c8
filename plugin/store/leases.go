package store

import (
	"context"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// maxLease is how long a lease lasts at most.
const maxLease = 10 * time.Minute

// Lease takes, extends or gives back exclusive use by the clock of the machine
// or, on PostgreSQL, of the server. A holder that asks again sets a new end,
// also an earlier one.
func (s *Store) Lease(ctx context.Context, req *plugin.LeaseRequest) (*plugin.LeaseResponse, error) {
	if err := checkKey("the lease's key", req.Key); err != nil {
		return nil, err
	}
	if err := checkKey("the lease's holder", req.Holder); err != nil {
		return nil, err
	}
	if req.TTL < 0 || req.TTL > maxLease {
		return nil, misuse("a lease is to last %v, not between 0 and %v", req.TTL, maxLease)
	}
	res := &plugin.LeaseResponse{}
	// Durable, because hosts live on when a server dies, and nobody else may
	// take what one of them holds.
	err := s.db.write(ctx, durable, func(ctx context.Context, w queries) error {
		now, err := s.db.now(ctx, w)
		if err != nil {
			return err
		}
		if err := clearLease(ctx, w, req.Key, now); err != nil {
			return err
		}
		query, args := "DELETE FROM leases WHERE key = $1 AND holder = $2", []any{req.Key, req.Holder}
		if req.TTL > 0 {
			query, args = `INSERT INTO leases (key, holder, expires) VALUES ($1, $2, $3)
				ON CONFLICT (key) DO UPDATE SET expires = excluded.expires WHERE leases.holder = excluded.holder`,
				append(args, now.Add(req.TTL).UnixMicro())
		}
		if _, err := w.exec(ctx, query, args...); err != nil {
			return err
		}
		return standing(ctx, w, req, res)
	})
	if err != nil {
		return nil, s.db.fault(err)
	}
	return res, nil
}

// clearLease removes a lease that is over. One that ends impossibly late was
// taken before the clock was set back, and would otherwise last until the old
// time comes again. It leaves other leases alone: who locks two of them can
// wait for someone who does it in the other order.
func clearLease(ctx context.Context, w queries, key string, now time.Time) error {
	_, err := w.exec(ctx, "DELETE FROM leases WHERE key = $1 AND (expires <= $2 OR expires > $3)",
		key, now.UnixMicro(), now.Add(2*maxLease).UnixMicro())
	return err
}

// standing tells who holds a lease now.
func standing(ctx context.Context, w queries, req *plugin.LeaseRequest, res *plugin.LeaseResponse) error {
	var holder string
	var expires int64
	err := w.row(ctx, "SELECT holder, expires FROM leases WHERE key = $1", []any{req.Key}, &holder, &expires)
	if absent(err) {
		return nil
	}
	res.Held, res.Until = holder == req.Holder, time.UnixMicro(expires).UTC()
	return err
}
