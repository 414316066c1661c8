package retry_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/linkstep/linkstep/connector/retry"
)

func Example() {
	linkedin := &server{steps: []step{answer(503, ""), answer(429, burstBody), answer(200, "{}")}}
	client := &http.Client{Transport: retry.Transport(linkedin, &retry.Options{
		BaseDelay: time.Millisecond,
		Notify: func(_ context.Context, w retry.Wait) {
			fmt.Println("attempt", w.Attempt, w.Reason, w.Status)
		},
	})}
	resp, err := client.Get("https://api.linkedin.com/v2/userinfo")
	if err != nil {
		panic(err)
	}
	resp.Body.Close()
	fmt.Println(resp.StatusCode)
	// Output:
	// attempt 1 unavailable 503
	// attempt 2 rate_limited 429
	// 200
}
