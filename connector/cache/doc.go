// Package cache keeps replies in memory for a while and joins equal questions
// that are asked at the same time. LinkedIn forbids storing other members'
// data: nothing leaves the memory, nothing is older than 24 h, and what one
// viewer saw is never shown to another.
//
// The usual call:
//
//	c := cache.New(func(p *Person) int { return p.size }, nil)
//	defer c.Close()
//	hit, err := c.Get(ctx, cache.Key{Viewer: account, Request: "person/782bbtaQ"}, 5*time.Minute,
//		func(ctx context.Context) (*Person, time.Duration, error) { return fetch(ctx) })
//	fmt.Println(hit.Value, hit.Cached, hit.Age)
//
// It holds decoded values rather than HTTP replies, so that one batch fills
// many entries ([Cache.Put]) and a hit decodes nothing. It does not cache
// errors, refresh in the background, or share anything between processes.
//
// otter keeps the entries. Joining is not left to otter or to singleflight:
// both end a shared load with the caller who began it, or with nobody.
package cache
