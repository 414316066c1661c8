package quota_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/linkstep/linkstep/connector/quota"
)

func Example() {
	ledger := quota.NewLedger(new(quota.MemoryCounters), quota.Account{ClientID: "78abc", Member: "ada"}, &quota.Options{
		Limits: []quota.Limit{{Scope: quota.Member, Endpoint: "GET /v2/userinfo", Calls: 1}},
		Now:    clockAt(noon).now,
	})
	client := &http.Client{Transport: quota.Transport(linkedin(200, "{}"), ledger, nil)}
	for range 2 {
		_, err := client.Get("https://api.linkedin.com/v2/userinfo")
		var exhausted *quota.ExhaustedError
		if errors.As(err, &exhausted) {
			fmt.Println("not sent:", exhausted)
		}
	}
	usage, err := ledger.Usage(context.Background())
	if err != nil {
		panic(err)
	}
	for _, u := range usage {
		fmt.Printf("%s %s: %d of %d (%s)\n", u.Endpoint, u.Scope, u.Used, u.Limit, u.Source)
	}
	// Output:
	// not sent: member limit for GET /v2/userinfo is used up until 2026-11-25T00:00:00Z
	// GET /v2/userinfo application: 1 of 100000 (default)
	// GET /v2/userinfo member: 1 of 1 (configured)
}
