package host

import (
	"fmt"
	"strings"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/compat"
)

// keepsPromises refuses a version of a connector that breaks what the one
// before promised and does not say so with its number: steps that were built
// with the old one go on calling.
func keepsPromises(old, now *plugin.Description) error {
	if compat.MayBreak(old.Version, now.Version) {
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
