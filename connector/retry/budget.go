package retry

import (
	"sync"
	"time"
)

// Budget bounds the retries of all who share it: a connection's calls together
// hammer a LinkedIn in trouble no more than one would. It is safe for
// concurrent use.
type Budget struct {
	most  float64
	every time.Duration

	mu   sync.Mutex // guards the fields below
	left float64
	at   time.Time // when left was true
}

// NewBudget returns a full budget of so many retries, to which one is added
// each time every has passed. It panics when either is not positive.
func NewBudget(most int, every time.Duration) *Budget {
	if most < 1 || every <= 0 {
		panic("retry: not a budget")
	}
	return &Budget{most: float64(most), every: every, left: float64(most), at: time.Now()}
}

// take spends a retry, or reports false when none is left. A nil budget has
// always one.
func (b *Budget) take() bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.left = min(b.most, b.left+float64(now.Sub(b.at))/float64(b.every))
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
