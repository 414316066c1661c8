// Package quota counts calls against LinkedIn's daily limits and refuses the
// ones that are doomed. LinkedIn counts per endpoint and UTC day, for the
// application and for the member, publishes no numbers and sends no headers;
// so every attempt is reserved in its buckets before it is sent.
//
// The usual call:
//
//	ledger := quota.NewLedger(counters, quota.Account{ClientID: id, Member: member}, nil)
//	rt = quota.Transport(rt, ledger, nil) // inside retry: every attempt counts
//	_, err := client.Do(req)              // *quota.ExhaustedError: not sent
//	usage, err := ledger.Usage(ctx)
//
// A share of each configured limit is kept back from [Background] calls. The
// package does not wait, retry or slow down, and a burst 429 passes through it.
// Counters that outlive the process are the caller's; [MemoryCounters] is for
// who has none.
package quota
