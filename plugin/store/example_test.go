package store_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "store") // a host uses $LINKSTEP_HOME, or store.DefaultDir
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(ctx, filepath.Join(dir, "home"), &store.Options{KeyFile: filepath.Join(dir, "key.json")})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	key := plugin.ConnectionPrefix("linkedin", "c1") + "token"
	swapped, err := s.Swap(ctx, &plugin.SwapRequest{Key: key, Value: []byte("AQX...")})
	fmt.Println(swapped.Swapped, err)

	late, err := s.Swap(ctx, &plugin.SwapRequest{Key: key, Value: []byte("AQY...")})
	fmt.Println(late.Swapped, err)

	got, err := s.Get(ctx, &plugin.GetRequest{Key: key})
	fmt.Printf("%s %v\n", got.Value, err)
	// Output:
	// true <nil>
	// false <nil>
	// AQX... <nil>
}

// A call is reserved in two budgets, of the application and of the member, in
// both or in neither.
func ExampleStore_Count() {
	s, err := store.Memory()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for range 3 {
		res, err := s.Count(context.Background(), &plugin.CountRequest{Adds: []plugin.CounterAdd{
			{Key: "linkedin/quota/app", Window: "2026-11-24", N: 1, Limit: 100},
			{Key: "linkedin/quota/ada", Window: "2026-11-24", N: 1, Limit: 2},
		}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(res.Granted, res.Refused, res.Counts[0].Used, res.Counts[1].Used)
	}
	// Output:
	// true 0 1 1
	// true 0 2 2
	// false 1 2 2
}

// A host notes whose data an action was about, and finds it again by member.
func ExampleStore_Audit() {
	s, err := store.Memory()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	trail := s.Audit(&store.AuditOptions{Host: "worker-1"})
	defer trail.Close()
	err = trail.Append(ctx, &plugin.AuditEntry{Connection: "me", Action: "get_person",
		Subjects: []string{"urn:li:person:Ada"}, Purpose: "hiring", Outcome: "ok"})
	fmt.Println(err)

	rows, err := trail.Read(ctx, &store.AuditFilter{Subject: "urn:li:person:Ada"})
	fmt.Println(len(rows), rows[0].Host, rows[0].Action, rows[0].Purpose, err)

	erased, err := trail.Erase(ctx, "urn:li:person:Ada")
	fmt.Println(erased, err)
	// Output:
	// <nil>
	// 1 worker-1 get_person hiring <nil>
	// 1 <nil>
}
