package host

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	goplugin "github.com/hashicorp/go-plugin"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// protocols are the versions of the protocol that a host speaks, each with
// what go-plugin is to dispense for it. The plugin chooses the highest that it
// speaks too. An earlier version is spoken by putting something between
// today's plugin and the contract.
type protocols map[int]func(*wire.Plugin) goplugin.Plugin

// spoken is today's protocol and, once there is one, the one before it.
var spoken = protocols{
	plugin.Protocol: func(w *wire.Plugin) goplugin.Plugin { return w },
}

// plugins is what one process may choose from.
func (p protocols) plugins(w *wire.Plugin) map[int]goplugin.PluginSet {
	sets := make(map[int]goplugin.PluginSet, len(p))
	for version, dispense := range p {
		sets[version] = goplugin.PluginSet{wire.PluginName: dispense(w)}
	}
	return sets
}

// refuse is the error for a plugin of another version, nil for one of these.
func (p protocols) refuse(version int, path string, err error) error {
	if p[version] != nil {
		return nil
	}
	var words []string
	for _, v := range slices.Sorted(maps.Keys(p)) {
		words = append(words, fmt.Sprint(v))
	}
	what := fmt.Sprintf("speaks version %d of the protocol, this host speaks %s", version, strings.Join(words, " and "))
	e := cannotRun(path, what, "Install a version of the plugin that fits this host.", err)
	e.Kind = plugin.PluginIncompatible
	return e
}
