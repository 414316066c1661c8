package cache_test

import (
	"context"
	"fmt"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
)

func Example() {
	c := cache.New(func(name string) int { return len(name) }, nil)
	defer c.Close()
	fetch := func(context.Context) (string, time.Duration, error) {
		fmt.Println("asking LinkedIn")
		return "Ada Example", 5 * time.Minute, nil
	}
	ask := func(maxAge time.Duration) {
		hit, err := c.Get(context.Background(), cache.Key{Viewer: "me", Request: "person/782bbtaQ"}, maxAge, fetch)
		if err != nil {
			panic(err)
		}
		fmt.Println(hit.Value, "from the cache:", hit.Cached)
	}
	ask(time.Minute)
	ask(time.Minute)
	ask(0) // fresh
	c.Purge("me")
	ask(time.Minute)
	// Output:
	// asking LinkedIn
	// Ada Example from the cache: false
	// Ada Example from the cache: true
	// asking LinkedIn
	// Ada Example from the cache: false
	// asking LinkedIn
	// Ada Example from the cache: false
}
