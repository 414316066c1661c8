package compat

import (
	"fmt"
	"strconv"
	"strings"
)

// MayBreak reports whether a version of a connector may break what an earlier
// one promised: its major number is higher, or its minor one where both majors
// are 0. It may not where one of the two is no semantic version.
func MayBreak(old, now string) bool {
	a, okA := numbers(old)
	b, okB := numbers(now)
	switch {
	case !okA || !okB:
		return false
	case a[0] == 0 && b[0] == 0:
		return b[1] > a[1]
	}
	return b[0] > a[0]
}

// NextToBreak is the lowest version that may break what this one promises,
// empty where it is no semantic version.
func NextToBreak(version string) string {
	n, ok := numbers(version)
	switch {
	case !ok:
		return ""
	case n[0] == 0:
		return fmt.Sprintf("0.%d.0", n[1]+1)
	}
	return fmt.Sprintf("%d.0.0", n[0]+1)
}

// numbers returns the major and the minor number of a semantic version.
func numbers(version string) (n [2]uint64, ok bool) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) != 3 {
		return n, false
	}
	for i := range n {
		var err error
		if n[i], err = strconv.ParseUint(parts[i], 10, 32); err != nil {
			return n, false
		}
	}
	return n, true
}
