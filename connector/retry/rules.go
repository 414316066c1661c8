package retry

import (
	"errors"
	"net/http"
	"slices"
)

// outcome is how an attempt ended.
type outcome int

const (
	final    outcome = iota // any other answer
	inside                  // an error before a connection was asked for, or one that is final
	unsent                  // an error before the headers were written
	broken                  // an error after that
	daily                   // 429, for the day
	burst                   // 429, any other
	conflict                // 409
	slow                    // 408
	failed                  // 500, 502, 504
	down                    // 503
)

// repeats says which requests an outcome is repeated for.
type repeats int

const (
	none       repeats = iota
	idempotent         // reads, and writes that may happen twice
	all
)

// rule is what follows from an outcome.
type rule struct {
	reason  Reason
	repeats repeats
	once    bool    // a second attempt, and no third
	tells   verdict // of LinkedIn's state, to the breaker
	why     string
}

// rules is the table of this package. LinkedIn's advice is from
// learn.microsoft.com/linkedin/shared/api-guide/concepts/error-handling, 2026-11-24.
var rules = [...]rule{
	final:    {tells: alive, why: "it would end the same way"},
	inside:   {why: "a wrapper inside refused it, such as an empty budget"},
	unsent:   {reason: NotSent, repeats: all, tells: ailing, why: "nothing was written, so nothing happened"},
	broken:   {reason: NoAnswer, repeats: idempotent, tells: ailing, why: "a write may have happened"},
	daily:    {tells: alive, why: "nothing but midnight UTC helps"},
	burst:    {reason: RateLimited, repeats: all, tells: alive, why: "refused before it was done; clears by itself"},
	conflict: {reason: Conflict, repeats: all, once: true, tells: alive, why: "refused; LinkedIn says to repeat it"},
	slow:     {reason: Unavailable, repeats: idempotent, tells: ailing, why: "a write may have been read to its end"},
	failed:   {reason: Unavailable, repeats: idempotent, tells: ailing, why: "a write may have happened; 500 may stay, so not often"},
	down:     {reason: Unavailable, repeats: idempotent, tells: ailing, why: "a gateway may say so of a write that went through"},
}

// ruleFor is the row for one attempt.
func ruleFor(t *trace, resp *http.Response, head []byte, err error) rule {
	return rules[outcomeOf(t, resp, head, err)]
}

func outcomeOf(t *trace, resp *http.Response, head []byte, err error) outcome {
	if err != nil {
		var judged interface{ Final() bool }
		switch {
		case !t.asked.Load(), errors.As(err, &judged) && judged.Final():
			return inside
		case !t.written.Load():
			return unsent
		}
		return broken
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		if classify(head) {
			return daily
		}
		return burst
	case http.StatusConflict:
		return conflict
	case http.StatusRequestTimeout:
		return slow
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return failed
	case http.StatusServiceUnavailable:
		return down
	}
	return final
}

// applies reports whether a rule repeats a request.
func (r rule) applies(req *http.Request) bool {
	return r.repeats == all || r.repeats == idempotent && isIdempotent(req)
}

// isIdempotent goes by the method, inside a tunnel if there is one, and by the
// headers that net/http knows for it.
func isIdempotent(req *http.Request) bool {
	method := req.Method
	if inside := req.Header.Get("X-HTTP-Method-Override"); inside != "" {
		method = inside
	}
	switch method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	}
	return slices.ContainsFunc([]string{"Idempotency-Key", "X-Idempotency-Key"}, func(key string) bool {
		_, ok := req.Header[key]
		return ok
	})
}
