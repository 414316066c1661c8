package connector

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/connector/retry"
)

// session is a connection as one login sees it: the account, its token, its
// budgets and the way to LinkedIn.
type session struct {
	conn    *connected
	account *accountRecord
	viewer  string // whom cursors belong to
	memory  string // viewer of the cache: this login alone, for the last one's memory is purged while this one begins
	source  *oauth.Source
	tokens  *watchedTokens // source, seen from outside
	ledger  *quota.Ledger
	rt      http.RoundTripper
	calls   sync.WaitGroup // that use the session; added to under the connection's mutex

	people      gatherer
	asked       coverages // of questions about people
	lastBudgets sync.Map  // by action: budgets as they stood after its last call, []plugin.UsageBucket
}

// newSession builds the way to LinkedIn for an account. Nothing is sent.
func (c *connected) newSession(account *accountRecord) *session {
	s := &session{conn: c, account: account, viewer: c.id + "/" + account.ID}
	s.people.s = s
	s.memory = s.viewer + "/" + strconv.FormatInt(c.owner.logins.Add(1), 10)
	s.source = oauth.NewSource(c.oauth, c.tokens, &oauth.SourceOptions{
		RefreshAt: float64(c.settings.RefreshAt) / 100, ClientCredentials: account.Own,
		Ended:  s.ended,
		Notify: func(err error) { c.owner.log.Warn("the token was not refreshed", "connection", c.name, "error", err) },
	})
	s.ledger = quota.NewLedger(c.owner.counters,
		quota.Account{ClientID: c.application(account), Member: account.bucket()},
		&quota.Options{Limits: c.settings.limits(), Reserve: c.settings.reserve(), Now: c.clock.now, Notice: warnOfQuota})
	s.tokens = &watchedTokens{TokenSource: s.source}
	s.rt = s.transport(s.tokens)
	return s
}

// transport wraps the wire. The order is the point: LinkedIn counts every
// attempt, and a retry must carry the token of its own time.
func (s *session) transport(tokens oauth.TokenSource) http.RoundTripper {
	c := s.conn
	var rt http.RoundTripper = &wire{base: c.owner.base, host: c.api, clock: c.clock, timeout: c.settings.timeout()}
	rt = quota.Transport(rt, s.ledger, &quota.TransportOptions{Priority: requestPriority, Counted: noteBudgets}) // innermost: LinkedIn counts every attempt, the repeats of sign-in and retry too
	rt = oauth.Transport(rt, tokens, c.api, &oauth.TransportOptions{Now: c.clock.now, Notify: tellFreshWait})
	return retry.Transport(rt, &retry.Options{
		MaxAttempts: 1 + c.settings.MaxRetries, Budget: c.retries, Breaker: c.breaker, Again: paysAgain, Notify: tellWait,
	})
}

// watchedTokens remembers the token that was given out last: what it was
// granted and how old it is explains a refusal.
type watchedTokens struct {
	oauth.TokenSource
	last atomic.Pointer[oauth.Token]
}

// Token implements [oauth.TokenSource].
func (w *watchedTokens) Token(ctx context.Context) (*oauth.Token, error) {
	tok, err := w.TokenSource.Token(ctx)
	if err == nil {
		w.last.Store(tok)
	}
	return tok, err
}

// requestPriority tells who waits for a request.
func requestPriority(req *http.Request) quota.Priority { return priorityOf(req.Context()) }

// noteBudgets keeps what an attempt was counted in for the result.
func noteBudgets(ctx context.Context, budgets []quota.Usage) { meterOf(ctx).counted(budgets) }

// paysAgain reports whether the step pays for another attempt.
func paysAgain(ctx context.Context) bool { return meterOf(ctx).affords() }

// tellWait makes a pause between two attempts an event.
func tellWait(ctx context.Context, w retry.Wait) {
	message := "LinkedIn did not answer; trying again"
	if w.Status != 0 {
		message = fmt.Sprintf("LinkedIn answered %d; trying again", w.Status)
	}
	tell(ctx, func(m *meter) { m.waiting(message, w.Until) })
}

// tellFreshWait makes the wait for a token that LinkedIn does not know yet an
// event.
func tellFreshWait(ctx context.Context, until time.Time) {
	tell(ctx, func(m *meter) { m.waiting("waiting for LinkedIn to know the new access token", until) })
}

// warnOfQuota makes a budget that runs low a notice.
func warnOfQuota(ctx context.Context, u quota.Usage) {
	origin := "" // of a limit that refuses calls
	switch u.Source {
	case quota.Learned:
		origin = ", learned on " + u.LearnedOn + ", which refuses nothing by itself"
	case quota.Default:
		origin = ", LinkedIn's documented default, which refuses nothing by itself"
	}
	message := fmt.Sprintf("%d of %d calls a day to %s are used up (%s limit%s); it resets at %s",
		u.Used, u.Limit, endpointWords(u.Endpoint), u.Scope, origin, u.ResetsAt.UTC().Format("15:04 MST"))
	tell(ctx, func(m *meter) { m.notice("quota_low", message) })
}

func endpointWords(endpoint string) string {
	if endpoint == quota.AllEndpoints {
		return "all endpoints together"
	}
	return endpoint
}
