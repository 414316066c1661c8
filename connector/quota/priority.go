package quota

import "math"

// Priority says who waits for a call.
type Priority int

// The priorities.
const (
	Interactive Priority = iota // a person, or who did not say
	Background                  // nobody in particular: it may wait for another day
)

// allowed is how many calls of a limit a priority may use up. A share is kept
// back from background calls, rounded up; one call is always left to them.
func (o *Options) allowed(limit int64, p Priority) int64 {
	if p != Background || o.Reserve < 0 {
		return limit
	}
	kept := int64(math.Ceil(float64(limit) * o.Reserve))
	return max(limit-kept, 1)
}
