package conform_test

import (
	"context"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

func brokenQuotas() []broken {
	return []broken{
		{
			name: "a budget that does not add up",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, usage: func(res *plugin.UsageResponse) { *res.Buckets[0].Remaining = dailyLimit + 1 }}
			},
			failed: "quota: budgets add up", why: "has a limit of 1000",
		}, {
			name: "calls that nobody counts",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, usage: func(res *plugin.UsageResponse) {
					limit := int64(dailyLimit)
					res.Buckets[0].Used, res.Buckets[0].Remaining = 0, &limit
				}}
			},
			failed: "quota: a call of the vendor is counted", why: "sent 1 calls, and the budgets have grown by 0",
		}, {
			name:   "dearer than it says",
			build:  describing(func(d *plugin.Description) { d.Actions[1].Cost = 1 }),
			failed: "quota: an action costs what it says", why: "list_notes, example 1 sent 2 calls, and its cost is 1",
		},
	}
}

func brokenBudgets() []broken {
	return []broken{
		{
			name: "a slow check",
			build: checking(func(res *plugin.CheckResponse) {
				if !res.Token.Present {
					time.Sleep(600 * time.Millisecond)
				}
			}),
			failed: "budgets: a check without calls is answered at once", why: "a check that is not deep took",
		}, {
			name:   "a slow description",
			build:  describing(func(*plugin.Description) { time.Sleep(2200 * time.Millisecond) }),
			failed: "budgets: it starts and describes itself at once", why: "1s are allowed",
		}, {
			name: "a close that never ends",
			build: func(good *notes) plugin.Connector {
				return &faulty{Connector: good, close: func(ctx context.Context) { <-ctx.Done(); <-time.After(time.Second) }}
			},
			failed: "budgets: it closes in time", why: "close",
		},
	}
}
