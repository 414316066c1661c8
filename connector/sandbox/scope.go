package sandbox

import (
	"slices"
	"strings"
)

// splitScopes reads a scope parameter: separated by spaces, or by commas as LinkedIn's own JavaScript
// client sends them. The result is sorted and without duplicates, so that sets compare.
func splitScopes(s string) []string {
	scopes := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// joinScopes writes scopes as the token endpoint does. Captures of sign-in tokens show commas, the
// documentation of the partner programs shows spaces.
func joinScopes(scopes []string) string {
	if slices.Contains(scopes, "openid") {
		return strings.Join(scopes, ",")
	}
	return strings.Join(scopes, " ")
}

// holdsAll reports whether every one of the wanted scopes was granted.
func holdsAll(granted, wanted []string) bool {
	for _, scope := range wanted {
		if !slices.Contains(granted, scope) {
			return false
		}
	}
	return true
}

// holdsAny reports whether one of the wanted scopes was granted, or none is wanted.
func holdsAny(granted, wanted []string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(scope string) bool {
		return slices.Contains(granted, scope)
	})
}
