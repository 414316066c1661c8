package host

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/compat"
)

// keepsPromises refuses a version of a connector that breaks what the one
// before promised and does not say so with its number: steps that were built
// with the old one go on calling.
func keepsPromises(old, now *plugin.Description) error {
	if majorRises(old.Version, now.Version) {
		return nil
	}
	broken := compat.Breaking(compat.Compare(old, now))
	if len(broken) == 0 {
		return nil
	}
	lines := make([]string, len(broken))
	for i, c := range broken {
		lines[i] = c.Sentence()
	}
	message := fmt.Sprintf("version %s of the plugin %s breaks what version %s promised: %s", now.Version, now.Name, old.Version, lines[0])
	if n := len(lines) - 1; n > 0 {
		message += fmt.Sprintf(" (and %d more)", n)
	}
	return &plugin.Error{
		Kind: plugin.PluginIncompatible, Source: plugin.SourceHost, Effect: plugin.EffectNone, Message: message, Detail: strings.Join(lines, "\n"),
		Hint: "Take a version that keeps them, or allow breaking changes for this upgrade once the steps that use them are changed.",
	}
}

// majorRises reports whether a version may break what an earlier one promised:
// its major number is higher, or its minor one where both majors are 0.
func majorRises(old, now string) bool {
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

// numbers returns the major and the minor number of a semantic version.
func numbers(version string) (n [2]int, ok bool) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) != 3 {
		return n, false
	}
	for i := range n {
		var err error
		if n[i], err = strconv.Atoi(parts[i]); err != nil {
			return n, false
		}
	}
	return n, true
}
